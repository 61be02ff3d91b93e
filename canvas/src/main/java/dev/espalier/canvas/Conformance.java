package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.Digest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Whether reality conforms to a canvas, as of one instant of the product's clock. Computed at each
 * read from the answers and the stored evidence.
 *
 * @param lacks the questions without evidence, by what it is short of
 */
public record Conformance(
    String product,
    String version,
    String headline,
    String why,
    Instant asOf,
    Map<State, Long> counts,
    Map<Lack, Long> lacks,
    List<QuestionRow> questions,
    List<BlockRow> blocks,
    List<String> attribution) {

  /** A block of the board: its worst state and the count of each. */
  public record BlockRow(
      String block, String title, Lane lane, State state, Map<State, Long> counts) {}

  /**
   * One question with its answer and everything that speaks for or against it.
   *
   * @param claim the answer in words, with its bound
   * @param reason why the state is what it is
   * @param answer the merged answer in canonical JSON; empty when unanswered
   * @param lack of a question without evidence: machinery where one of its clauses is short of
   *     that, since no deed helps before it is built
   */
  public record QuestionRow(
      String question,
      String id,
      String block,
      String cell,
      Lane lane,
      String text,
      String claim,
      State state,
      String reason,
      Optional<JsonNode> answer,
      Defaults defaults,
      List<EvidenceRow> evidence,
      List<ResourceRow> resources,
      Optional<Waived> waiver,
      Optional<Deferral> deferral,
      Optional<Lack> lack) {}

  /**
   * Who is to answer a question, and by which day, through its end in UTC.
   *
   * @param overdue whether that day has passed
   */
  public record Deferral(String owner, LocalDate due, boolean overdue) {}

  /** Until when, by whom and why a promise may be broken; through the last day, in UTC. */
  public record Waived(LocalDate until, String by, String why) {}

  /** How many of the question's fields a person has confirmed. */
  public record Defaults(int confirmed, int total) {}

  /**
   * One clause of the evidence rule, judged alone. A clause without evidence has a state and a
   * reason and nothing else.
   *
   * @param target the bound that {@code value} is compared with, in {@code unit}
   * @param op {@code <=}, {@code >=} or {@code in}
   * @param id of the stored evidence that was judged
   * @param lack what evidence is short of, where there is none that counts
   */
  public record EvidenceRow(
      String clause,
      Clause.Kind kind,
      String text,
      State state,
      String reason,
      OptionalDouble value,
      Optional<String> unit,
      Optional<String> target,
      Optional<String> op,
      Optional<Long> n,
      int minN,
      Optional<Observation.Interval> ci,
      Optional<Instant> observedAt,
      Optional<Instant> recordedAt,
      Duration ttl,
      Optional<String> source,
      Optional<String> subject,
      Optional<String> detail,
      Optional<String> id,
      Optional<Waived> waiver,
      Optional<Lack> lack) {}

  /** A resource that exists because of the question. */
  public record ResourceRow(String id, String kind, String name, Digest digest) {}

  /** A question's change of state, as stored. */
  public record Change(
      Instant at, Instant recordedAt, String question, State from, State to, String reason) {}
}
