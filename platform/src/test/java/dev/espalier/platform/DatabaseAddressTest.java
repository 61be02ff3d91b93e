package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseAddressTest {
  @TempDir Path folder;

  @Test
  void the_whole_address_is_read_and_the_password_never_shown() {
    DatabaseAddress address =
        DatabaseAddress.parse(
            "postgresql://db.example:6432/mlops?schema=prod&sslmode=verify-full&sslrootcert=/etc/ca.pem",
            Map.of(
                DatabaseAddress.USER,
                "ann",
                DatabaseAddress.PASSWORD,
                "p:@ss word/with?all&of=it"));
    assertThat(address.host()).isEqualTo("db.example");
    assertThat(address.port()).isEqualTo(6432);
    assertThat(address.user()).isEqualTo("ann");
    assertThat(address.password()).contains("p:@ss word/with?all&of=it");
    assertThat(address.sslMode()).isEqualTo("verify-full");
    assertThat(address.sslRootCertificate()).contains(Path.of("/etc/ca.pem"));
    assertThat(address.place()).isEqualTo("postgresql://db.example:6432/mlops?schema=prod");
    assertThat(address.toString()).doesNotContain("p:@ss", "ann");
  }

  @Test
  void the_password_may_stand_in_a_file() throws IOException {
    Path file = Files.writeString(folder.resolve("secret"), "s3cret\n");
    assertThat(
            DatabaseAddress.parse(
                    "postgresql://db/x", Map.of(DatabaseAddress.PASSWORD_FILE, file.toString()))
                .password())
        .contains("s3cret");
    assertThatThrownBy(() ->
            DatabaseAddress.parse(
                "postgresql://db/x",
                Map.of(DatabaseAddress.PASSWORD_FILE, folder.resolve("absent").toString())))
        .hasMessageContaining("absent")
        .hasMessageContaining(DatabaseAddress.PASSWORD_FILE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "mysql://db/x | does not begin with postgresql://",
        "postgresql://ann:secret@db/x | user and password do not belong in it",
        "postgresql://ann@db/x | user and password do not belong in it",
        "postgresql:///x | names no host",
        "postgresql://db | names no host or no database",
        "postgresql://db/ | names no host or no database",
        "postgresql://db/x/y | names no host or no database",
        "postgresql://db/x?socketFactory=evil.Factory | 'socketFactory' is none of schema",
        "postgresql://db/x?schema=a\"b | is no address",
        "postgresql://db/x?schema=Upper | does not match",
        "postgresql://db/x?sslmode=maybe | sslmode 'maybe' is none of",
        "not an address | is no address",
      })
  void what_cannot_be_used_is_said(String text, String why) {
    assertThatThrownBy(() -> DatabaseAddress.parse(text, Map.of()))
        .isInstanceOfSatisfying(
            EspalierException.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID))
        .hasMessageContaining(why)
        .hasMessageNotContainingAny("secret");
  }
}
