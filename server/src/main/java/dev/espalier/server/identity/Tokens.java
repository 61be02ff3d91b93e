package dev.espalier.server.identity;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Ids;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens that name people. A token is {@code esp_} and 256 random bits; only its SHA-256 is
 * stored, which suffices because nothing that random can be guessed from its digest. Whoever sits
 * at the machine may create a token for anybody; whoever shows a token may create one for
 * themselves.
 *
 * <p>Thread-safe: the map holds every stored token by digest, and is changed after the store is.
 */
public final class Tokens {
  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final String PREFIX = "esp_";
  private static final int BYTES = 32;
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final Duration USUAL = Duration.ofDays(90);
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);
  private static final int MOST = 10_000;
  private static final Pattern USER = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private final TokenStore store;
  private final Ids ids;
  private final InstantSource machine;
  private final SecureRandom random = new SecureRandom();
  private final Map<Digest, Token> known = new ConcurrentHashMap<>();

  /** A new token: the only time that its secret is shown. */
  public record Issued(String token, Token about) {}

  public Tokens(Database database, Ids ids, InstantSource machine) {
    this.store = new TokenStore(database);
    this.ids = ids;
    this.machine = machine;
    store.all().forEach(row -> known.put(row.digest(), row.token()));
  }

  /**
   * Creates a token for a user.
   *
   * @param ttl how long it works, 1 minute to 366 days; 90 days when absent
   * @throws EspalierException INVALID for a name or a time that cannot be, DENIED for somebody else
   */
  public Issued create(String user, Optional<Duration> ttl, Caller by) {
    if (!USER.matcher(user).matches() || user.equals(Caller.LOCAL)) {
      throw EspalierException.invalidField(
          "user",
          "name",
          "user: a name of 1 to 64 lower-case letters, digits, dots and dashes, as product.authors"
              + " has it, and not 'local'.",
          Optional.of(nearest(user)));
    }
    Duration time = ttl.orElse(USUAL);
    if (time.compareTo(SHORTEST) < 0 || time.compareTo(LONGEST) > 0) {
      throw EspalierException.invalidField(
          "ttl",
          "range",
          "ttl: a token works for 1 minute (PT1M) to 366 days (P366D).",
          Optional.of(time.compareTo(SHORTEST) < 0 ? "PT1M" : "P366D"));
    }
    if (by.isNamed() && !by.user().equals(user)) {
      throw new EspalierException(
          ErrorCode.DENIED, "%s may create tokens for %s only.".formatted(by.user(), by.user()));
    }
    if (known.size() >= MOST) {
      throw EspalierException.limit("There are %d tokens; nobody needs more.".formatted(MOST));
    }
    byte[] secret = new byte[BYTES];
    random.nextBytes(secret);
    String text = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    Instant now = machine.instant();
    Token token =
        new Token(
            ids.next("tok"),
            user,
            now,
            by.user(),
            now.plus(time),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Digest digest = Digest.of(text);
    store.add(digest, token);
    known.put(digest, token);
    LOG.info("token {} for {} created by {}", token.id(), user, by.user());
    return new Issued(text, token);
  }

  private static String nearest(String user) {
    String plain = user.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9._-]", "");
    String kept = plain.substring(0, Math.min(64, plain.length()));
    return USER.matcher(kept).matches() && !kept.equals(Caller.LOCAL) ? kept : "ana";
  }

  /** The person that a token names; empty when it is unknown, expired or revoked. */
  public Optional<Caller> authenticate(String token) {
    if (!token.startsWith(PREFIX) || token.length() > 100) {
      return Optional.empty();
    }
    Digest digest = Digest.of(token);
    Instant now = machine.instant();
    Optional<Token> found = Optional.ofNullable(known.get(digest)).filter(t -> t.valid(now));
    found.ifPresent(t -> noteUse(digest, t, now));
    return found.map(t -> Caller.named(t.user()));
  }

  private void noteUse(Digest digest, Token token, Instant now) {
    boolean recent =
        token.lastUsedAt().filter(at -> now.isBefore(at.plus(USE_NOTED_EVERY))).isPresent();
    if (!recent && known.replace(digest, token, used(token, now))) {
      store.used(token.id(), now);
    }
  }

  private static Token used(Token token, Instant now) {
    return new Token(
        token.id(),
        token.user(),
        token.createdAt(),
        token.createdBy(),
        token.expiresAt(),
        Optional.of(now),
        token.revokedAt(),
        token.revokedBy());
  }

  /** The tokens that the caller may see: their own, or all at the machine itself. */
  public List<Token> list(Caller caller) {
    return store.all().stream()
        .map(TokenStore.Row::token)
        .filter(token -> sees(caller, token))
        .toList();
  }

  private static boolean sees(Caller caller, Token token) {
    return !caller.isNamed() || token.user().equals(caller.user());
  }

  /**
   * Revokes a token from this moment; a revoked one stays revoked.
   *
   * @throws EspalierException NOT_FOUND when the caller can see no such token
   */
  public Token revoke(String id, Caller by) {
    Map.Entry<Digest, Token> entry =
        known.entrySet().stream()
            .filter(each -> each.getValue().id().equals(id) && sees(by, each.getValue()))
            .findFirst()
            .orElseThrow(() ->
                EspalierException.notFound(
                    "No token '%s'. See: espalier token list".formatted(id)));
    Instant now = machine.instant();
    if (store.revoke(id, now, by.user())) {
      LOG.info("token {} of {} revoked by {}", id, entry.getValue().user(), by.user());
    }
    Token revoked =
        store.all().stream()
            .map(TokenStore.Row::token)
            .filter(token -> token.id().equals(id))
            .findFirst()
            .orElseThrow();
    known.put(entry.getKey(), revoked);
    return revoked;
  }
}
