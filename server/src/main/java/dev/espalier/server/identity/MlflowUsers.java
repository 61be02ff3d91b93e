package dev.espalier.server.identity;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
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
 * People who come as MLflow's clients do, with a name and a password. The name is the same as in
 * {@code product.authors} and in tokens; the password counts on MLflow's routes only, so that
 * whoever may set it cannot sign as somebody else. There are none at first, and no default one: the
 * machine's own user makes them.
 *
 * <p>Thread-safe: the map holds every user by name and is changed after the store is, under this
 * object's lock; what is remembered of passwords is bounded by the number of users.
 */
public final class MlflowUsers {
  private static final Logger LOG = LoggerFactory.getLogger(MlflowUsers.class);
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private static final int SHORTEST = 8;
  private static final int LONGEST = 256;
  private static final int MOST = 10_000;
  private final MlflowUserStore store;
  private final InstantSource machine;
  private final Passwords passwords = new Passwords();
  private final String nobody = passwords.nobodys();
  private final Map<String, MlflowUser> known = new ConcurrentHashMap<>();
  private final Map<String, byte[]> remembered = new ConcurrentHashMap<>();

  public MlflowUsers(Database database, InstantSource machine) {
    this.store = new MlflowUserStore(database);
    this.machine = machine;
    store.users().forEach(user -> known.put(user.name(), user));
  }

  MlflowUserStore store() {
    return store;
  }

  /** The person that {@code name:password} in base 64 names, if both are right. */
  Optional<Caller> authenticate(String credentials) {
    String plain;
    try {
      plain = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
    int colon = plain.indexOf(':');
    if (colon < 0 || plain.length() - colon - 1 > LONGEST) {
      return Optional.empty();
    }
    String name = plain.substring(0, colon);
    String password = plain.substring(colon + 1);
    MlflowUser user = known.get(name);
    if (user == null) {
      // As long as for a user that there is: the time must not tell names.
      boolean _ = passwords.opens(password, nobody);
      return Optional.empty();
    }
    byte[] digest = passwords.remembered(password, user.password());
    byte[] before = remembered.get(name);
    if (before != null && MessageDigest.isEqual(before, digest)) {
      return Optional.of(Caller.named(name));
    }
    if (!passwords.opens(password, user.password())) {
      LOG.info("a wrong password for user {}", name);
      return Optional.empty();
    }
    remembered.put(name, digest);
    return Optional.of(Caller.named(name));
  }

  Optional<MlflowUser> find(String name) {
    return Optional.ofNullable(known.get(name));
  }

  MlflowUser require(String name) {
    return find(name)
        .orElseThrow(
            () -> EspalierException.notFound("User with username=%s not found".formatted(name)));
  }

  List<MlflowUser> all() {
    return known.values().stream()
        .sorted(java.util.Comparator.comparingLong(MlflowUser::id))
        .toList();
  }

  synchronized MlflowUser create(String name, String password) {
    if (!NAME.matcher(name).matches() || name.equals(Caller.LOCAL)) {
      throw EspalierException.invalidField(
          "username",
          "name",
          "username: 1 to 64 lower-case letters, digits, dots and dashes, as product.authors has"
              + " it, and not 'local'.",
          Optional.of("ana"));
    }
    if (known.size() >= MOST) {
      throw EspalierException.limit("There are %d users; more are not kept.".formatted(MOST));
    }
    MlflowUser user = store.add(name, passwords.sealed(checked(password)), machine.instant());
    known.put(name, user);
    LOG.info("user {} created", name);
    return user;
  }

  private static String checked(String password) {
    if (password.length() < SHORTEST || password.length() > LONGEST) {
      throw EspalierException.invalidField(
          "password",
          "length",
          "password: %d to %d characters.".formatted(SHORTEST, LONGEST),
          Optional.empty());
    }
    return password;
  }

  synchronized void password(String name, String password) {
    MlflowUser user = require(name);
    replace(
        new MlflowUser(user.id(), name, passwords.sealed(checked(password)), user.administrator()));
    LOG.info("user {} has a new password", name);
  }

  synchronized void administrator(String name, Rank rank) {
    MlflowUser user = require(name);
    replace(new MlflowUser(user.id(), name, user.password(), rank == Rank.ADMINISTRATOR));
    LOG.info("user {} is {} now", name, rank);
  }

  /** What a user is. */
  enum Rank {
    USER,
    ADMINISTRATOR
  }

  private void replace(MlflowUser user) {
    store.update(user);
    known.put(user.name(), user);
    remembered.remove(user.name());
  }

  /** Takes the user away, with everything that was granted to them. */
  synchronized void remove(String name) {
    MlflowUser user = require(name);
    store.remove(user.name());
    known.remove(name);
    remembered.remove(name);
    LOG.info("user {} removed", name);
  }
}
