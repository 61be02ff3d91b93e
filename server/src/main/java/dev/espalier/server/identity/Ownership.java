package dev.espalier.server.identity;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Role;
import dev.espalier.tracking.ExperimentOfStore;
import dev.espalier.tracking.wire.Rights;
import dev.espalier.tracking.wire.Rights.Level;
import dev.espalier.tracking.wire.Visible;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What each person may do to experiments and registered models. What was granted to them by name
 * decides; else, on what bears a product's name, their role in that product; else the best role
 * that they have anywhere; else nothing. A viewer reads, a contributor edits, a maintainer manages.
 * Thread-safe.
 */
public final class Ownership {
  private final MlflowUsers users;
  private final Members members;
  private final ExperimentOfStore experiments;
  private final Predicate<String> registered;

  /**
   * @param registered whether there is a registered model of a name
   */
  public Ownership(
      MlflowUsers users,
      Members members,
      ExperimentOfStore experiments,
      Predicate<String> registered) {
    this.registered = registered;
    this.users = users;
    this.members = members;
    this.experiments = experiments;
  }

  MlflowUsers users() {
    return users;
  }

  /** What the caller of a request may do. */
  public Rights of(Caller caller) {
    return new MlflowRights(caller, this);
  }

  /** Whoever sits at the machine, or was made an administrator. */
  boolean administers(Caller caller) {
    return !caller.isNamed()
        || users.find(caller.user()).filter(MlflowUser::administrator).isPresent();
  }

  ExperimentOfStore experiments() {
    return experiments;
  }

  boolean isRegistered(String name) {
    return registered.test(name);
  }

  MlflowUserStore grants() {
    return users.store();
  }

  Level level(String user, Grant.Kind kind, String resource) {
    return grants().level(user, kind, resource).orElseGet(() -> byRole(user, kind, resource));
  }

  private Level byRole(String user, Grant.Kind kind, String resource) {
    Optional<String> name =
        switch (kind) {
          case EXPERIMENT -> experiments.name(Long.parseLong(resource));
          case REGISTERED_MODEL -> Optional.of(resource);
        };
    boolean product = name.filter(members.products()::contains).isPresent();
    return level(product ? members.role(name.orElseThrow(), user) : best(user));
  }

  private Optional<Role> best(String user) {
    return members.products().stream()
        .flatMap(product -> members.role(product, user).stream())
        .max(Comparator.naturalOrder());
  }

  private static Level level(Optional<Role> role) {
    return role.map(has ->
            switch (has) {
              case CONSUMER -> Level.NO_PERMISSIONS;
              case VIEWER -> Level.READ;
              case CONTRIBUTOR, APPROVER -> Level.EDIT;
              case MAINTAINER, OWNER -> Level.MANAGE;
            })
        .orElse(Level.NO_PERMISSIONS);
  }

  /** What a search shows to a person. */
  Visible visible(String user, Grant.Kind kind) {
    boolean reads = level(best(user)).atLeast(Level.READ);
    Set<String> keys = new HashSet<>();
    if (reads) {
      members.products().stream()
          .filter(product -> !level(members.role(product, user)).atLeast(Level.READ))
          .forEach(product -> key(kind, product).ifPresent(keys::add));
    } else {
      members.products().stream()
          .filter(product -> level(members.role(product, user)).atLeast(Level.READ))
          .forEach(product -> key(kind, product).ifPresent(keys::add));
    }
    for (Grant grant : grants().of(user)) {
      if (grant.kind() == kind && grant.level().atLeast(Level.READ) != reads) {
        keys.add(grant.resource());
      } else if (grant.kind() == kind) {
        keys.remove(grant.resource());
      }
    }
    return reads ? new Visible.Except(keys) : new Visible.Only(keys);
  }

  private Optional<String> key(Grant.Kind kind, String product) {
    return switch (kind) {
      case EXPERIMENT -> experiments.named(product).map(id -> Long.toString(id));
      case REGISTERED_MODEL -> Optional.of(product);
    };
  }
}
