package dev.espalier.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PasswordsTest {
  @Test
  void a_password_opens_what_was_sealed_with_it_and_nothing_opens_nobody_s() {
    Passwords passwords = new Passwords();
    String sealed = passwords.sealed("correct horse");
    assertThat(passwords.opens("correct horse", sealed)).isTrue();
    assertThat(passwords.opens("correct horsf", sealed)).isFalse();
    String nobody = passwords.nobodys();
    assertThat(nobody.split("\\$", -1)[1])
        .as("tried as long")
        .isEqualTo(sealed.split("\\$", -1)[1]);
    assertThat(nobody).hasSameSizeAs(sealed).isNotEqualTo(passwords.nobodys());
    assertThat(passwords.opens("nobody", nobody)).isFalse();
    assertThat(passwords.opens("", nobody)).isFalse();
  }
}
