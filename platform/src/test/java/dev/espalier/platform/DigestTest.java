package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
  /** FIPS 180-2, appendix B.1. */
  @Test
  void is_sha_256() {
    assertThat(Digest.of("abc").hex())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(Digest.of("abc").brief()).isEqualTo("ba7816bf8f01");
  }

  @Test
  void travels_through_json_as_text() {
    Digest digest = Digest.of("abc");
    assertThat(Json.read(Json.write(digest), Digest.class)).isEqualTo(digest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sha256:",
        "sha1:abc",
        "../../etc/passwd",
        "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0"
      })
  void nothing_else_is_a_digest(String text) {
    assertThatThrownBy(() -> new Digest(text))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("Not a digest");
  }

  @Test
  void orders_by_its_text() {
    assertThat(Digest.of("a").compareTo(Digest.of("a"))).isZero();
    assertThat(Digest.of("a").compareTo(Digest.of("b")))
        .isEqualTo(Digest.of("a").text().compareTo(Digest.of("b").text()));
  }
}
