package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignerTest {
  @TempDir Path folder;

  @Test
  void a_home_keeps_its_key_and_nobody_else_may_read_it() throws Exception {
    Signer first = Signer.in(folder);
    String signature = first.sign("a promise");
    Signer later = Signer.in(folder);
    assertThat(later.keyId()).isEqualTo(first.keyId()).startsWith("ed25519:");
    assertThat(later.verify(first.keyId(), "a promise", signature)).isTrue();
    assertThat(Base64.getDecoder().decode(signature)).as("RFC 8032: 64 bytes").hasSize(64);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("signing.key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void another_text_key_or_signature_does_not_verify() {
    Signer signer = Signer.temporary();
    String signature = signer.sign("a promise");
    assertThat(signer.verify(signer.keyId(), "a promisE", signature)).isFalse();
    assertThat(signer.verify("ed25519:000000000000", "a promise", signature)).isFalse();
    assertThat(signer.verify(signer.keyId(), "a promise", "not base64!")).isFalse();
    assertThat(signer.verify(signer.keyId(), "a promise", "")).isFalse();
    assertThat(signer.verify(signer.keyId(), "a promise", Signer.temporary().sign("a promise")))
        .isFalse();
  }

  @Test
  void a_broken_key_file_is_said_and_never_replaced() throws Exception {
    Path file = folder.resolve("signing.key");
    Files.writeString(file, "nonsense\n");
    assertThatThrownBy(() -> Signer.in(folder))
        .hasMessageContaining("signing.key")
        .hasMessageContaining("Restore it");
    assertThat(Files.readString(file)).isEqualTo("nonsense\n");
    Files.delete(file);
    Signer.in(folder);
    String mine = Files.readAllLines(file).getFirst();
    Files.delete(file);
    Signer.in(folder);
    String other = Files.readAllLines(file).get(1);
    Files.writeString(file, mine + "\n" + other + "\n");
    assertThatThrownBy(() -> Signer.in(folder)).hasMessageContaining("two halves");
  }
}
