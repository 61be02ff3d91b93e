package dev.espalier.canvas;

import java.time.Duration;
import java.util.Optional;

/**
 * One condition of a question's evidence rule: what must be seen, on how many things, how recently.
 *
 * @param id unique within the question; observations name it
 * @param text the condition in words
 * @param minN evidence resting on fewer things does not count
 * @param ttl how long evidence stays fresh, in the product's time
 * @param bound the number that a measured value is compared with; without it the source's own
 *     verdict counts, and evidence is void once the answer changes
 * @param irrelevant why the answer makes the clause irrelevant
 */
public record Clause(
    String id,
    Kind kind,
    String text,
    int minN,
    Duration ttl,
    Optional<Bound> bound,
    Optional<String> irrelevant) {

  /** How evidence comes about. */
  public enum Kind {
    LIVE,
    RECORD,
    DRILL,
    ATTEST
  }

  private static final Duration FOREVER = Duration.ofDays(36_500);

  /** A live series; fresh for twice the interval at which it is computed. */
  public static Clause live(String id, Duration interval, String text) {
    return of(id, Kind.LIVE, text, interval.multipliedBy(2));
  }

  /** Immutable records; fresh until the subject or the answer changes. */
  public static Clause recorded(String id, String text) {
    return of(id, Kind.RECORD, text, FOREVER);
  }

  /** An active test; fresh for 30 days. */
  public static Clause drill(String id, String text) {
    return of(id, Kind.DRILL, text, Duration.ofDays(30));
  }

  /** A person's signature; fresh for 180 days. */
  public static Clause attest(String id, String text) {
    return of(id, Kind.ATTEST, text, Duration.ofDays(180));
  }

  private static Clause of(String id, Kind kind, String text, Duration ttl) {
    return new Clause(id, kind, text, 1, ttl, Optional.empty(), Optional.empty());
  }

  public Clause within(Bound conforming) {
    return new Clause(id, kind, text, minN, ttl, Optional.of(conforming), irrelevant);
  }

  public Clause atLeast(int n) {
    return new Clause(id, kind, text, n, ttl, bound, irrelevant);
  }

  public Clause freshFor(Duration time) {
    return new Clause(id, kind, text, minN, time, bound, irrelevant);
  }

  /** The same clause, not applicable for {@code reason}. */
  public Clause notApplicable(String reason) {
    return new Clause(id, kind, text, minN, ttl, bound, Optional.of(reason));
  }

  /** The clause, or its not-applicable form unless {@code relevant}. */
  Clause onlyIf(boolean relevant, String otherwise) {
    return relevant ? this : notApplicable(otherwise);
  }
}
