package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Spec;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Who may say yes to a release, and who may pass the policy by, as the canvas says. Stateless. */
final class Rights {
  static final Duration REVIEW = Duration.ofDays(2);
  static final String NO_GLASS =
      "The release policy lets nobody break the glass; deploy.release_policy.break_glass names the"
          + " roles.";

  private Rights() {}

  static Optional<Spec.ReleaseRights> of(CanvasVersion canvas) {
    return canvas.specs(Spec.ReleaseRights.class).stream().findFirst();
  }

  /**
   * @throws EspalierException DENIED unless the policy names a role of the person, or names none
   */
  static void mayApprove(CanvasVersion canvas, String by) {
    Set<String> asked = of(canvas).map(Spec.ReleaseRights::roles).orElse(Set.of());
    if (!asked.isEmpty() && !has(canvas, by, asked)) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "%s is %s; the release policy lets %s approve."
              .formatted(by, word(canvas, by), String.join(", ", new TreeSet<>(asked))));
    }
  }

  static void mayBreak(Spec.ReleaseRights rights, CanvasVersion canvas, String by) {
    if (rights.breakGlassRoles().isEmpty()) {
      throw new EspalierException(ErrorCode.DENIED, NO_GLASS);
    }
    if (!has(canvas, by, rights.breakGlassRoles())) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "%s is %s; the release policy lets %s break the glass."
              .formatted(
                  by,
                  word(canvas, by),
                  String.join(", ", new TreeSet<>(rights.breakGlassRoles()))));
    }
  }

  /** Somebody else looks at it, as soon as there is somebody else. */
  static void mayReview(CanvasVersion canvas, BreakGlass glass, String by) {
    boolean alone =
        canvas.specs(Spec.Product.class).stream().allMatch(one -> one.members().size() < 2);
    if (by.equals(glass.by()) && !alone) {
      throw new EspalierException(
          ErrorCode.DENIED, "%s broke the glass; somebody else reviews it.".formatted(by));
    }
  }

  /**
   * @throws EspalierException CONFLICT while a release that broke the glass is overdue for review
   */
  static void reviewed(List<RolloutStore.Stored> rollouts, Instant now) {
    rollouts.stream()
        .map(RolloutStore.Stored::rollout)
        .filter(one ->
            one.admission()
                .flatMap(Admission::glass)
                .filter(glass -> glass.reviewedBy().isEmpty() && now.isAfter(glass.due()))
                .isPresent())
        .findFirst()
        .ifPresent(one -> {
          throw EspalierException.conflict(
              "Rollout %s broke the glass and was not reviewed in time: review it first."
                  .formatted(one.id()));
        });
  }

  private static boolean has(CanvasVersion canvas, String user, Set<String> roles) {
    return roles(canvas, user).stream().anyMatch(roles::contains);
  }

  private static String word(CanvasVersion canvas, String user) {
    Set<String> roles = roles(canvas, user);
    return roles.isEmpty() ? "no member" : String.join(", ", roles);
  }

  private static Set<String> roles(CanvasVersion canvas, String user) {
    return canvas.specs(Spec.Product.class).stream()
        .flatMap(product -> product.members().stream())
        .filter(member -> member.startsWith(user + ":"))
        .map(member -> member.substring(user.length() + 1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
