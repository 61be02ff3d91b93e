package dev.espalier.canvas;

import dev.espalier.platform.Digest;
import java.util.List;
import java.util.Optional;

/**
 * What applying a document would do. The digest covers the document's content, its base version and
 * everything below; {@code apply} takes the digest and refuses it once the base has moved.
 *
 * @param base the active version that the plan was made against
 * @param version the version that applying creates, derived from {@code diff}
 * @param needs what else apply asks for: {@link #REASON}, {@link #APPROVAL}, {@link #CONFIRMATION}
 * @param confirms the rules whose warnings apply wants confirmed, by number
 * @param loosens whether it takes a promise back
 * @param by who wants it, and therefore may not approve it
 * @param approvers who may approve it
 */
public record Plan(
    String product,
    Optional<String> base,
    String version,
    List<Change> diff,
    List<Action> actions,
    List<Finding> contradictions,
    List<String> needs,
    List<Integer> confirms,
    boolean loosens,
    String by,
    List<String> approvers,
    Digest planDigest) {
  static final String REASON = "reason";
  static final String APPROVAL = "approval of another member";
  static final String CONFIRMATION = "confirmation of its warnings";

  public Plan {
    diff = List.copyOf(diff);
    actions = List.copyOf(actions);
    contradictions = List.copyOf(contradictions);
    needs = List.copyOf(needs);
    confirms = List.copyOf(confirms);
    approvers = List.copyOf(approvers);
  }

  /** The direction of a change: what it does to the promise that the answer makes. */
  public enum Direction {
    ADDED,
    REMOVED,
    TIGHTENED,
    LOOSENED,
    NEUTRAL,
    TEXT
  }

  /**
   * One field that differs between two documents; values in canonical JSON.
   *
   * @param loosens whether it takes a promise back
   */
  public record Change(
      String question,
      String path,
      Direction direction,
      boolean loosens,
      Optional<String> before,
      Optional<String> after) {}

  /** What happens to one resource: {@code create}, {@code change} or {@code remove}. */
  public record Action(String action, String resource, String because) {}

  /** A contradiction blocks apply, wants attention, or could not be judged. */
  public enum Level {
    ERROR,
    WARN,
    UNKNOWN
  }

  /**
   * A contradiction between answers, by rule number, with a repair.
   *
   * @param patch the repair as changes that a program can make; empty where nothing is to be done
   *     but to find out
   */
  public record Finding(
      int rule,
      Level level,
      List<String> questions,
      String message,
      String repair,
      List<Patch> patch) {
    public Finding {
      questions = List.copyOf(questions);
      patch = List.copyOf(patch);
    }
  }

  /** True when a contradiction forbids applying. */
  public boolean blocked() {
    return contradictions.stream().anyMatch(finding -> finding.level() == Level.ERROR);
  }
}
