package dev.espalier.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SignatureTest {
  @Test
  void cuts_long_texts_without_splitting_a_character() {
    Signature signature = new Signature("t", List.of("a", "b"), 3);
    assertThat(signature.read("abcd")).isEqualTo("abc");
    assertThat(signature.read("ab🎉")).isEqualTo("ab");
    assertThat(signature.read("abc")).isEqualTo("abc");
  }

  @Test
  void needs_two_different_labels_and_a_sane_length() {
    assertThatThrownBy(() -> new Signature("t", List.of("a"), 3)).hasMessageContaining("two");
    assertThatThrownBy(() -> new Signature("t", List.of("a", "a"), 3)).hasMessageContaining("two");
    assertThatThrownBy(() -> new Signature("t", List.of("a", "b"), 0))
        .hasMessageContaining("maxCharacters");
  }
}
