package dev.espalier.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3AddressTest {
  @Test
  void says_again_what_it_read() {
    S3Address whole =
        S3Address.parse("s3://models/team/a?region=eu-central-1&endpoint=https://s3.example:9000");
    assertThat(whole.bucket()).isEqualTo("models");
    assertThat(whole.prefix()).isEqualTo("team/a/");
    assertThat(whole.region()).isEqualTo("eu-central-1");
    assertThat(whole.endpoint()).contains(URI.create("https://s3.example:9000"));
    assertThat(S3Address.parse(whole.toString())).isEqualTo(whole);
    S3Address plain = S3Address.parse("s3://models");
    assertThat(plain.prefix()).isEmpty();
    assertThat(plain.endpoint()).isEmpty();
    assertThat(S3Address.parse(plain.toString())).isEqualTo(plain);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "https://models | does not begin with s3://",
        "s3://key:secret@models/x | keys do not belong in it",
        "s3:///x | '' is no name of a bucket",
        "s3://UPPER/x | is no name of a bucket",
        "s3://models/a//b | may hold letters",
        "s3://models/a%20b | may hold letters",
        "s3://models?pathstyle=true | is neither region nor endpoint",
        "s3://models?region | is neither region nor endpoint",
        "s3://models?endpoint=file:///etc | its endpoint is not http",
        "s3://models?endpoint=http://a:b@c | its endpoint is not http",
        "s3://mod els | is no address",
      })
  void what_cannot_be_used_is_said(String text, String why) {
    assertThatThrownBy(() -> S3Address.parse(text))
        .isInstanceOfSatisfying(
            EspalierException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID))
        .hasMessageContaining(why)
        .hasMessageNotContainingAny("secret");
  }
}
