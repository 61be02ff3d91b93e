package dev.espalier.server.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Ids;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {
  private static final Caller HERE = Caller.local();
  @TempDir Path folder;
  private final MovableClock clock = new MovableClock(Instant.parse("2026-11-20T00:00:00Z"));
  private Database database;
  private Tokens tokens;

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    tokens = new Tokens(database, new Ids(clock, new Random(1)), clock);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Tokens.Issued forBen() {
    return tokens.create("ben", Optional.of(Duration.ofDays(30)), HERE);
  }

  @Test
  void a_token_is_256_random_bits_and_names_a_person_also_after_a_restart() {
    Tokens.Issued issued = forBen();
    assertThat(issued.token()).startsWith("esp_");
    assertThat(Base64.getUrlDecoder().decode(issued.token().substring(4))).hasSize(32);
    assertThat(tokens.authenticate(issued.token())).contains(Caller.named("ben"));
    Tokens later = new Tokens(database, new Ids(clock, new Random(2)), clock);
    assertThat(later.authenticate(issued.token())).contains(Caller.named("ben"));
    Set<String> many = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      many.add(forBen().token());
    }
    assertThat(many).hasSize(50);
  }

  @Test
  void the_secret_is_nowhere_in_the_database() throws Exception {
    String secret = forBen().token();
    database.close();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(bytes).as(file.toString()).doesNotContain(secret.substring(4));
      }
    }
    database = TestDatabase.in(folder);
  }

  @Test
  void an_expired_a_revoked_and_a_made_up_token_name_nobody() {
    Tokens.Issued issued = forBen();
    clock.advance(Duration.ofDays(30).minusSeconds(1));
    assertThat(tokens.authenticate(issued.token())).isPresent();
    clock.advance(Duration.ofSeconds(1));
    assertThat(tokens.authenticate(issued.token())).as("at its end").isEmpty();
    Tokens.Issued other = forBen();
    Token revoked = tokens.revoke(other.about().id(), HERE);
    assertThat(revoked.revokedBy()).contains("local");
    assertThat(tokens.authenticate(other.token())).isEmpty();
    clock.advance(Duration.ofHours(1));
    assertThat(tokens.revoke(other.about().id(), HERE).revokedAt())
        .as("revoked once")
        .isEqualTo(revoked.revokedAt());
    assertThat(
            new Tokens(database, new Ids(clock, new Random(3)), clock).authenticate(other.token()))
        .as("also after a restart")
        .isEmpty();
    assertThat(tokens.authenticate("esp_" + "A".repeat(43))).isEmpty();
    assertThat(tokens.authenticate("esp_" + "A".repeat(100_000))).isEmpty();
    assertThat(tokens.authenticate("")).isEmpty();
  }

  @Test
  void notes_when_it_was_used_last_about_once_a_minute() {
    Tokens.Issued issued = forBen();
    assertThat(tokens.list(HERE).getFirst().lastUsedAt()).isEmpty();
    clock.advance(Duration.ofMinutes(5));
    tokens.authenticate(issued.token());
    Instant first = clock.instant();
    clock.advance(Duration.ofSeconds(59));
    tokens.authenticate(issued.token());
    assertThat(tokens.list(HERE).getFirst().lastUsedAt()).contains(first);
    clock.advance(Duration.ofSeconds(1));
    tokens.authenticate(issued.token());
    assertThat(tokens.list(HERE).getFirst().lastUsedAt()).contains(clock.instant());
  }

  @Test
  void whoever_shows_a_token_manages_their_own_only() {
    Token ana = tokens.create("ana", Optional.empty(), HERE).about();
    Caller ben = Caller.named("ben");
    assertThatThrownBy(() -> tokens.create("ana", Optional.empty(), ben))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DENIED));
    Token own = tokens.create("ben", Optional.empty(), ben).about();
    assertThat(own.createdBy()).isEqualTo("ben");
    assertThat(tokens.list(ben)).extracting(Token::user).containsExactly("ben");
    assertThat(tokens.list(HERE)).hasSize(2);
    assertThatThrownBy(() -> tokens.revoke(ana.id(), ben)).hasMessageContaining("No token");
    assertThat(tokens.revoke(own.id(), ben).revokedAt()).isPresent();
    assertThat(ana.expiresAt()).isEqualTo(ana.createdAt().plus(Duration.ofDays(90)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "local", "Ben", "b n", "-ben", "ben\n", "bén", "a/b", "{user}"})
  void a_name_that_no_member_can_have_is_refused(String user) {
    assertThatThrownBy(() -> tokens.create(user, Optional.empty(), HERE))
        .isInstanceOfSatisfying(
            EspalierException.class,
            e -> {
              assertThat(e.field()).contains("user");
              assertThat(tokens.create(e.nearest().orElseThrow(), Optional.empty(), HERE))
                  .as("the nearest value works")
                  .isNotNull();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT59S", "PT0S", "-P1D", "P367D"})
  void a_time_that_is_no_time_is_refused(String ttl) {
    assertThatThrownBy(() -> tokens.create("ben", Optional.of(Duration.parse(ttl)), HERE))
        .hasMessageContaining("1 minute");
    assertThat(tokens.list(HERE)).isEmpty();
  }
}
