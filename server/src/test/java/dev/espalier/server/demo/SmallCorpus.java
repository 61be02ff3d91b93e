package dev.espalier.server.demo;

import dev.espalier.data.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A small history with the shape of the real one: sixty days of mail before the start, thirty days
 * after it, and on the thirteenth of these legitimate newsletters begin, with words that only spam
 * had before and others that nothing had.
 */
public final class SmallCorpus implements Corpus {
  static final Instant START = Instant.parse("2002-08-01T00:00:00Z");
  static final int DAYS_BEFORE = 60;
  static final int DAYS_AFTER = 30;
  static final int NEWSLETTERS_BEGIN = 12;
  static final int MAILS_A_DAY = 16;

  private static final String[] SPAM = {"money", "prize", "click", "winner", "credit", "pills"};
  private static final String[] HAM = {"meeting", "report", "lunch", "minutes", "draft", "team"};
  private static final String[] NEWS = {"edition", "issue", "reader", "article", "feed", "editor"};
  private static final String[] SHOP = {"offer", "sale", "discount", "unsubscribe", "shop", "deal"};

  @Override
  public Instant start() {
    return START;
  }

  @Override
  public Reading read() {
    List<Row> rows = new ArrayList<>();
    for (int day = -DAYS_BEFORE; day < DAYS_AFTER; day++) {
      int mails = day < 0 ? MAILS_A_DAY / 2 : MAILS_A_DAY;
      for (int i = 0; i < mails; i++) {
        rows.add(mail(day, i, mails));
      }
    }
    return new Reading(rows, 0);
  }

  private static Row mail(int day, int i, int mails) {
    SplittableRandom random = new SplittableRandom(day * 1_000L + i);
    boolean spam = i % (day < 0 ? 2 : 4) == 0;
    boolean newsletter = !spam && day >= NEWSLETTERS_BEGIN && i % 2 == 1;
    StringBuilder text = new StringBuilder("mail " + (day + DAYS_BEFORE) + " " + i);
    for (int word = 0; word < 8; word++) {
      String[] words =
          spam ? (word % 2 == 0 ? SPAM : SHOP) : newsletter ? (word % 3 == 0 ? SHOP : NEWS) : HAM;
      if (random.nextInt(12) == 0) {
        words = spam ? HAM : SPAM;
      }
      text.append(' ').append(words[random.nextInt(words.length)]);
    }
    return new Row(
        "mail-%d-%d".formatted(day + DAYS_BEFORE, i),
        START.plus(Duration.ofDays(day)).plus(Duration.ofSeconds(86_400L * i / mails + 60)),
        text.toString(),
        Optional.of(spam ? "spam" : "ham"),
        Map.of());
  }

  /** A canvas for these mails; {@code alert} is the rate of false spam at which to retrain. */
  static String canvas(String alert, String objective) {
    return CANVAS.formatted(objective, alert);
  }

  private static final String CANVAS =
      """
      canvas: espalier/1
      product: {name: small-filter, authors: {ana: owner}}
      model: {family: linear}
      value: {for: mailbox users, benefit: files each message before it is read}
      objectives:
        - {id: O1, metric: false_spam, target: "<= %s", due: 2002-12-31}
      data:
        training: [{dataset: small-mail, kind: upload, ownership: public, license: CC0, refresh: 30d}]
        labeling: {method: implicit, label_delay: 1d}
        split: {by: random, ratio: 65/15/20, random_state: 42}
      metrics:
        - {id: macro_f1, primary: true, direction: up, min_n: 20}
        - {id: false_spam, formula: "rate(pred=spam | actual=ham)", direction: down, min_n: 20}
      evaluation:
        offline: {gates: ["macro_f1 >= champion - 2pp"], test: bootstrap, on_inconclusive: block}
      modeling:
        min_gain: 1pp
        iterations:
          - {id: v0, approach: majority, hypothesis: the floor}
          - {id: v1, approach: linear, hypothesis: words are enough}
      feedback:
        sources: [{kind: correction, join: prediction_id, expected_rate: 50%%, max_delay: 3d, use: label}]
        to_training: auto
      ct: {schedule: {triggers: [decay, manual], max_staleness: 120d, min_interval: 1d, auto_promote: to_production}}
      ci: {workflow: {checks: [lint], triggers: [canvas_change]}}
      stack: {components: {ci: {status: automated, owner: ana}}}
      nfr:
        - {attribute: efficiency, target: "p95 <= 5000ms", when: [pre_deploy]}
        - {attribute: calibration, target: "ece <= 20%%", when: [pre_deploy], blocking: false}
      deploy:
        mode: deployment
        lead_time: {target: 30d, change_fail_rate: 50%%, mttr: 21d}
        release_policy: {approvals: 0, four_eyes: no, windows: ["Mon-Sun 00:00-24:00 UTC"], requires: [gates]}
        strategy:
          kind: canary
          steps: [50%% for 1h, 100%%]
          min_requests: 10
          guardrails: ["error <= 20%%", "fallback <= 50%%"]
          auto_rollback: true
          rollback_time: 60s
          bake: 6h
      serving:
        volume: {expected: 16/day, peak_factor: 3, payload_p95: 4KiB, headroom: 30%%}
        mode: {modes: [online], online: {p95: 5s, p99: 10s, availability: 99%% per 30d, timeout: 20s}}
        fallback:
          primary_timeout: 15s
          post: ["sum(prob) = 1", "label set"]
          chain: [{on: ["*"], use: default_value, value: ham, timeout: 1s}]
          max_rate: 50%% per hour
      monitoring:
        required: {prod: mandatory, purpose: [effectiveness, degradation, retrain_trigger], sample: 100%%, payload_log: full, retention: 365d}
        ml:
          - {metric: false_spam, window: 3d, min_n: 20}
        decay:
          - {id: false_spam_rise, type: performance_drop, metric: false_spam, window: 3d, min_n: 25, alert: %s}
        alerts:
          - {on: false_spam_rise, for: 0s, severity: page, route: [inbox], runbook: retrain on the newest mails, action: retrain}
        retrain: {on: [false_spam_rise], data_window: 365d, cooldown: 5d, max_failures: 3, compare: champion}
      """;
}
