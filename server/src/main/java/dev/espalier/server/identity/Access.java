package dev.espalier.server.identity;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Role;
import dev.espalier.tracking.wire.Rights;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides who asks and whether they may. Whoever is at the machine and shows no token is {@code
 * local} and stands for the owner of every product. Stateless besides its parts; thread-safe.
 */
public final class Access {
  private static final String SCHEME = "Bearer ";
  private static final String BASIC = "Basic ";
  private final Tokens tokens;
  private final Members members;
  private final Permissions permissions;
  private final Ownership ownership;

  public Access(Tokens tokens, Members members, Permissions permissions, Ownership ownership) {
    this.ownership = ownership;
    this.tokens = tokens;
    this.members = members;
    this.permissions = permissions;
  }

  /** What was decided. */
  public sealed interface Verdict {
    /** Let through, as this caller. */
    record Allowed(Caller caller) implements Verdict {}

    /** Somebody who may not: say why. */
    record Denied(String why) implements Verdict {}

    /** Somebody unknown: a token that does not work, or none where one is needed. */
    record Unknown(String why) implements Verdict {}

    /** No such route, or one without a declared permission. */
    record NoRoute() implements Verdict {}
  }

  /**
   * @param authorization the header, where there is one
   * @param here the request comes straight from this machine, not through a proxy
   */
  public Verdict decide(String method, String path, Optional<String> authorization, boolean here) {
    Optional<Permissions.Match> match = permissions.of(method, path);
    if (match.isEmpty()) {
      return new Verdict.NoRoute();
    }
    boolean mlflow = Permissions.mlflow(path);
    Optional<Caller> caller = caller(authorization, here, mlflow);
    if (authorization.isPresent() && caller.isEmpty()) {
      return new Verdict.Unknown(
          mlflow
              ? "The token is unknown, expired or revoked, or the name and password do not fit."
              : "The token is unknown, expired or revoked.");
    }
    return switch (match.get().permission()) {
      case Permission.Open _ -> new Verdict.Allowed(caller.orElse(Caller.local()));
      case Permission.Known _ ->
          caller.<Verdict>map(Verdict.Allowed::new).orElseGet(Access::unnamed);
      case Permission.Member(Role least) ->
          caller
              .map(who ->
                  mlflow && passes(who, least)
                      ? new Verdict.Allowed(who)
                      : member(who, least, match.get().product()))
              .orElseGet(Access::unnamed);
    };
  }

  /**
   * Users of MLflow's own kind need no role in a product: what each may touch is said by {@link
   * Ownership}, thing by thing. What only maintainers do is for administrators among them.
   */
  private boolean passes(Caller caller, Role least) {
    return ownership
        .users()
        .find(caller.user())
        .filter(user -> user.administrator() || Role.CONTRIBUTOR.atLeast(least))
        .isPresent();
  }

  /** True on the routes of MLflow's clients. */
  public static boolean mlflow(String path) {
    return Permissions.mlflow(path);
  }

  /** How whoever is unknown may say who they are. */
  public static String challenge(String path) {
    return Permissions.mlflow(path) ? "Basic realm=\"mlflow\"" : "Bearer";
  }

  /** What the caller may do to experiments and registered models. */
  public Rights rights(Caller caller) {
    return ownership.of(caller);
  }

  private static Verdict unnamed() {
    return new Verdict.Unknown(
        "Who asks? Send Authorization: Bearer esp_…; create one with: espalier token create");
  }

  private Optional<Caller> caller(Optional<String> authorization, boolean here, boolean passwords) {
    if (authorization.isEmpty()) {
      return here ? Optional.of(Caller.local()) : Optional.empty();
    }
    return after(SCHEME, authorization.get())
        .flatMap(tokens::authenticate)
        .or(() ->
            after(BASIC, authorization.get())
                .filter(_ -> passwords)
                .flatMap(ownership.users()::authenticate));
  }

  private static Optional<String> after(String scheme, String header) {
    return header.regionMatches(true, 0, scheme, 0, scheme.length())
        ? Optional.of(header.substring(scheme.length()).strip())
        : Optional.empty();
  }

  private Verdict member(Caller caller, Role least, Optional<String> product) {
    Optional<Role> role = product.map(p -> role(caller, p)).orElseGet(() -> best(caller));
    if (role.filter(has -> has.atLeast(least)).isPresent()) {
      return new Verdict.Allowed(caller);
    }
    return new Verdict.Denied(
        "%s is %s%s; this needs the role of %s. The owner grants it in product.authors."
            .formatted(
                caller.user(),
                role.map(Role::word).orElse("no member"),
                product.map(p -> " of " + p).orElse(""),
                least.word()));
  }

  /** The caller's role in a product; in one that does not exist yet a person may begin. */
  private Optional<Role> role(Caller caller, String product) {
    if (!caller.isNamed()) {
      return Optional.of(Role.OWNER);
    }
    return members.products().contains(product)
        ? members.role(product, caller.user())
        : Optional.of(Role.CONTRIBUTOR);
  }

  private Optional<Role> best(Caller caller) {
    return caller.isNamed()
        ? roles(caller).values().stream().max(Role::compareTo)
        : Optional.of(Role.OWNER);
  }

  /** True when the table of permissions knows the route. */
  public boolean declares(String method, String path) {
    return permissions.declared(method, path).isPresent();
  }

  /** The caller's role in each product where they have one. */
  public Map<String, Role> roles(Caller caller) {
    Map<String, Role> roles = new TreeMap<>();
    for (String product : members.products()) {
      role(caller, product).ifPresent(role -> roles.put(product, role));
    }
    return roles;
  }

  /** True when the caller may read what happens to a product. */
  public boolean reads(Caller caller, String product) {
    return role(caller, product).filter(role -> role.atLeast(Role.VIEWER)).isPresent();
  }
}
