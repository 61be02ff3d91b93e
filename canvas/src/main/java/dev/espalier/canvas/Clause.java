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
 * @param missing what has to happen or to be built before evidence can arrive; empty where the
 *     platform sends it by itself
 * @param lack which of the two
 * @param home where the evidence is sent, for a clause that reads another question's
 */
public record Clause(
    String id,
    Kind kind,
    String text,
    int minN,
    Duration ttl,
    Optional<Bound> bound,
    Optional<String> irrelevant,
    String missing,
    Lack lack,
    Optional<Home> home) {

  /** How evidence comes about. */
  public enum Kind {
    LIVE,
    RECORD,
    DRILL,
    ATTEST
  }

  /** A clause of another question. One observation has one home; views of it only read it. */
  public record Home(String question, String clause) {}

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

  /**
   * A clause that reads what is sent to another question's clause: kind, text, bound and times are
   * that clause's, except for what is set here.
   */
  static Clause view(String id, String question, String clause) {
    return new Clause(
        id,
        Kind.RECORD,
        "",
        1,
        FOREVER,
        Optional.empty(),
        Optional.empty(),
        "",
        Lack.HAPPENING,
        Optional.of(new Home(question, clause)));
  }

  private static Clause of(String id, Kind kind, String text, Duration ttl) {
    return new Clause(
        id,
        kind,
        text,
        1,
        ttl,
        Optional.empty(),
        Optional.empty(),
        "",
        Lack.HAPPENING,
        Optional.empty());
  }

  public Clause within(Bound conforming) {
    return new Clause(
        id, kind, text, minN, ttl, Optional.of(conforming), irrelevant, missing, lack, home);
  }

  public Clause atLeast(int n) {
    return new Clause(id, kind, text, n, ttl, bound, irrelevant, missing, lack, home);
  }

  public Clause freshFor(Duration time) {
    return new Clause(id, kind, text, minN, time, bound, irrelevant, missing, lack, home);
  }

  /** The same clause, saying what has to happen before evidence can arrive. */
  public Clause waitsWhile(String nothing) {
    return lacking(Lack.HAPPENING, nothing);
  }

  /** The same clause, saying which part of the platform would have to be built to send evidence. */
  public Clause unbuilt(String piece) {
    return lacking(Lack.MACHINERY, piece);
  }

  private Clause lacking(Lack of, String piece) {
    return new Clause(id, kind, text, minN, ttl, bound, irrelevant, piece, of, home);
  }

  /** The same clause, not applicable for {@code reason}. */
  public Clause notApplicable(String reason) {
    return new Clause(id, kind, text, minN, ttl, bound, Optional.of(reason), missing, lack, home);
  }

  /** The clause, or its not-applicable form unless {@code relevant}. */
  Clause onlyIf(boolean relevant, String otherwise) {
    return relevant ? this : notApplicable(otherwise);
  }

  /** A view, with what its home says filled in; without a home there is nothing to read. */
  Clause resolved(Optional<Clause> there) {
    if (home.isEmpty()) {
      return this;
    }
    if (there.isEmpty()) {
      return waitsWhile("'%s' has no answer to read this from".formatted(home.get().question()));
    }
    Clause source = there.get();
    return new Clause(
        id,
        source.kind,
        text.isEmpty() ? source.text : text,
        Math.max(minN, source.minN),
        source.ttl,
        bound.or(source::bound),
        irrelevant.or(source::irrelevant),
        missing.isEmpty() ? source.missing : missing,
        missing.isEmpty() ? source.lack : lack,
        home);
  }
}
