package dev.espalier.server;

import java.util.SplittableRandom;

/**
 * A small product for tests: short tickets of two teams, and a canvas that any machine meets. From
 * 300 rows on there are enough of each label to judge a version.
 */
final class Tickets {
  private static final String[][] WORDS = {
    {"invoice", "charged", "refund", "payment", "card"},
    {"crash", "error", "login", "slow", "update"}
  };

  private Tickets() {}

  static String label(int row) {
    return row % 2 == 0 ? "billing" : "technical";
  }

  /** The text of a row; no two rows have the same. */
  static String text(int row) {
    return text(row, row % 2);
  }

  private static String text(int row, int side) {
    SplittableRandom random = new SplittableRandom(row);
    StringBuilder text = new StringBuilder("ticket ").append(row);
    for (int word = 0; word < 6; word++) {
      boolean odd = random.nextInt(10) == 0;
      text.append(' ').append(WORDS[odd ? 1 - side : side][random.nextInt(5)]);
    }
    return text.toString();
  }

  static String csv(int from, int to) {
    StringBuilder csv = new StringBuilder("text,label\n");
    for (int row = from; row < to; row++) {
      csv.append(text(row)).append(',').append(label(row)).append('\n');
    }
    return csv.toString();
  }

  /** Rows that teach the opposite: what is billing is called technical. */
  static String wrong(int from, int to) {
    StringBuilder csv = new StringBuilder("text,label\n");
    for (int row = from; row < to; row++) {
      csv.append(text(row)).append(',').append(label(row + 1)).append('\n');
    }
    return csv.toString();
  }

  /** The canvas; a version for every target of the objective, in percent. */
  static String canvas(int objective) {
    return canvas(objective, "kind: recreate");
  }

  static String canvas(int objective, String strategy) {
    return CANVAS.formatted(objective, strategy);
  }

  private static final String CANVAS =
      """
      canvas: espalier/1
      product: {name: tickets, authors: {ana: owner}}
      model: {family: linear}
      value: {for: the help desk, benefit: a ticket reaches the right team}
      objectives: [{metric: macro_f1, target: ">= %d%%", due: 2030-12-31}]
      data:
        training: [{dataset: tickets}]
        split: {by: random, ratio: 50/20/30}
      metrics: [{id: macro_f1, primary: true, min_n: 20}]
      evaluation: {offline: {gates: ["macro_f1 >= champion - 20pp"], on_inconclusive: extend}}
      modeling:
        - {id: v0, approach: majority, hypothesis: the floor}
        - {id: v1, approach: linear, hypothesis: words are enough}
      feedback:
        sources: [{kind: correction, join: prediction_id, expected_rate: 50%%, max_delay: 3d, use: label}]
        to_training: auto
      ct: {schedule: {triggers: [manual], auto_promote: to_production}}
      ci: {workflow: {deferred: {owner: ana, due: 2030-12-31}}}
      nfr: [{attribute: efficiency, target: "p95 <= 10s", when: [pre_deploy]}]
      deploy:
        mode: deployment
        lead_time: 30d
        release_policy: {approvals: 0, four_eyes: no, windows: ["Mon-Sun 00:00-24:00 UTC"], requires: [gates]}
        strategy: {%s, bake: 1s}
      serving:
        volume: 1000/day
        mode: {modes: [online], online: {p95: 5s, p99: 10s, availability: 99%% per 30d, timeout: 20s}}
        fallback:
          primary_timeout: 15s
          post: ["sum(prob) = 1", "label set"]
          chain: [{on: ["*"], use: default_value, value: billing, timeout: 1s}]
          max_rate: 50%% per hour
      monitoring:
        required: {prod: mandatory, purpose: [effectiveness], sample: 100%%, payload_log: full, retention: 365d}
      """;
}
