package dev.espalier.server.demo;

import dev.espalier.canvas.Spec;
import dev.espalier.cli.Api;
import dev.espalier.data.Row;
import dev.espalier.monitoring.Asked;
import dev.espalier.platform.Digest;
import dev.espalier.server.Espalier;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * Plays history: each mail is a real HTTP request at the instant of its delivery, each label comes
 * back through the feedback API within the declared delay, and the product is ticked once a day and
 * every few requests while a rollout runs. The clock moves only between these; while a run works it
 * stands still. Deterministic: one thread, the order of events alone. Resumable: what is durable is
 * taken from the product's own log.
 */
final class Replay {
  private static final int TICK_REQUESTS = 10;
  private static final double SOONEST = 0.25;
  private static final double LATEST = 5 / 6.0;

  private final Espalier espalier;
  private final Api api;
  private final String product;
  private final Duration labelDelay;
  private final Story story;

  /** The consumer that the canvas declares first, in whose place the replay asks. */
  private final Optional<String> consumer;

  private final Queue<Label> pending =
      new PriorityQueue<>(Comparator.comparing(Label::at).thenComparing(Label::predictionId));
  private Instant nextDay;
  private int sinceTick;

  private record Label(Instant at, String predictionId, String label) {}

  Replay(
      Espalier espalier, Api api, String product, Instant start, Duration labelDelay, Story story) {
    this.espalier = espalier;
    this.api = api;
    this.product = product;
    this.labelDelay = labelDelay;
    this.story = story;
    this.consumer =
        espalier.canvases().require(product).specs(Spec.Consumer.class).stream()
            .map(Spec.Consumer::name)
            .findFirst();
    this.nextDay = start.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
  }

  /**
   * Plays the mails to the end, then the labels that are still on their way. What the log holds of
   * them was played by an earlier process: such a mail is not sent again, nor is its label if that
   * has arrived.
   *
   * @param mails ordered by delivery
   */
  void play(List<Row> mails) throws InterruptedException {
    int done = resume(mails);
    for (Row mail : mails.subList(done, mails.size())) {
      runUntil(mail.at());
      advance(mail.at());
      predict(mail);
      done++;
      story.played(done, mails.size(), mail.at());
    }
    Optional<Instant> last = pending.stream().map(Label::at).max(Comparator.naturalOrder());
    if (last.isPresent()) {
      runUntil(last.get().plus(1, ChronoUnit.DAYS));
    }
    tick();
  }

  /** Takes up what the log says; returns how many mails it holds. */
  private int resume(List<Row> mails) throws InterruptedException {
    Map<String, Asked> log = new HashMap<>();
    espalier.asked(product).forEach(asked -> log.put(asked.unit(), asked));
    int done = 0;
    // Every answer is in the log, and in the order in which they were given.
    for (Row mail : mails) {
      Asked asked = log.get(mail.id());
      if (asked == null) {
        break;
      }
      if (!asked.labelled()) {
        expect(mail, asked.predictionId());
      }
      done++;
    }
    if (done > 0) {
      advance(mails.get(done - 1).at());
      nextDay =
          espalier.clocks().now(product).truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
      story.resumed(done, mails.size());
      tick();
    }
    return done;
  }

  private void expect(Row mail, String predictionId) {
    mail.label()
        .ifPresent(
            label -> pending.add(new Label(mail.at().plus(delay(mail)), predictionId, label)));
  }

  /**
   * Nobody waits exactly as long as was promised: a label comes after a quarter to five sixths of
   * the declared delay, the same for the same mail in every life.
   */
  private Duration delay(Row mail) {
    long dealt = Long.parseLong(Digest.of(mail.id()).hex().substring(0, 8), 16);
    double share = SOONEST + (LATEST - SOONEST) * dealt / (1L << 32);
    return Duration.ofSeconds(Math.round(labelDelay.toSeconds() * share));
  }

  /** Labels and days that come before {@code instant}, in order of time. */
  private void runUntil(Instant instant) throws InterruptedException {
    while (true) {
      Label label = pending.peek();
      boolean labelDue = label != null && !label.at().isAfter(instant);
      boolean dayDue = !nextDay.isAfter(instant);
      if (labelDue && (!dayDue || !label.at().isAfter(nextDay))) {
        pending.remove();
        advance(label.at());
        api.post("/feedback", Map.of("predictionId", label.predictionId(), "label", label.label()));
      } else if (dayDue) {
        advance(nextDay);
        nextDay = nextDay.plus(1, ChronoUnit.DAYS);
        tick();
      } else {
        return;
      }
    }
  }

  private void predict(Row mail) throws InterruptedException {
    Map<String, String> ask = new HashMap<>(Map.of("text", mail.text(), "unit", mail.id()));
    consumer.ifPresent(name -> ask.put("consumer", name));
    var answer = api.post("/predict/" + product, ask);
    expect(mail, answer.path("predictionId").asText());
    sinceTick++;
    if (sinceTick >= TICK_REQUESTS && espalier.rollingOut(product)) {
      tick();
    }
  }

  private void tick() throws InterruptedException {
    sinceTick = 0;
    espalier.flush();
    espalier.tick(product);
    while (espalier.running(product).isPresent()) {
      story.follow(espalier.running(product).get());
      espalier.tick(product);
    }
    story.tell();
  }

  private void advance(Instant to) {
    espalier.clocks().advance(product, to);
  }
}
