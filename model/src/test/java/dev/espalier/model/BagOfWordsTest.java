package dev.espalier.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BagOfWordsTest {
  @Test
  void case_order_and_repetition_do_not_matter() {
    assertThat(BagOfWords.buckets("Free money, FREE"))
        .isEqualTo(BagOfWords.buckets("money free"))
        .hasSize(2);
  }

  @Test
  void buckets_ascend_and_stay_in_range() {
    int[] buckets = BagOfWords.buckets("the quick brown fox jumps over the lazy dog");
    assertThat(buckets).isSorted().doesNotHaveDuplicates();
    assertThat(Arrays.stream(buckets).allMatch(b -> b >= 0 && b < BagOfWords.DIMENSION)).isTrue();
  }

  @Test
  void dollars_and_exclamations_are_words() {
    assertThat(BagOfWords.buckets("$$$ !!!")).hasSize(2);
  }

  @Test
  void other_scripts_have_words_too() {
    assertThat(BagOfWords.buckets("Grüße aus Köln")).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   ", ".,;:-_()[]", "\u0000\n\t"})
  void a_text_without_words_has_no_buckets(String text) {
    assertThat(BagOfWords.buckets(text)).isEmpty();
  }

  @Test
  void weights_make_every_text_the_same_length() {
    assertThat(BagOfWords.weight(0)).isZero();
    assertThat(BagOfWords.weight(4)).isEqualTo(0.5);
  }

  /** FNV-1a of "a" is e40c292c (Fowler, Noll, Vo reference); folded into 16 bits. */
  @Test
  void hashes_as_published() {
    assertThat(BagOfWords.buckets("a")).containsExactly(0xe40c ^ 0x292c);
  }

  @Test
  void grows_past_its_first_buffer() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      text.append("word").append(i).append(' ');
    }
    assertThat(BagOfWords.buckets(text.toString()).length).isGreaterThan(950);
  }
}
