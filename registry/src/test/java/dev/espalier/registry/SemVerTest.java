package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.EspalierException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SemVerTest {
  @Test
  void orders_by_number_not_by_text() {
    assertThat(SemVer.parse("1.10.0")).isGreaterThan(SemVer.parse("1.9.9"));
    assertThat(SemVer.parse("2.0.0")).isGreaterThan(SemVer.parse("1.99.99"));
  }

  @Test
  void resets_the_lower_parts() {
    SemVer version = SemVer.parse("1.2.3");
    assertThat(version.next(SemVer.Bump.MAJOR)).hasToString("2.0.0");
    assertThat(version.next(SemVer.Bump.MINOR)).hasToString("1.3.0");
    assertThat(version.next(SemVer.Bump.PATCH)).hasToString("1.2.4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1.2", "01.2.3", "1.2.3-rc1", "1.2.99999999999", " 1.2.3"})
  void refuses_anything_else(String text) {
    assertThat(SemVer.valid(text)).isFalse();
    assertThatThrownBy(() -> SemVer.parse(text)).isInstanceOf(EspalierException.class);
  }
}
