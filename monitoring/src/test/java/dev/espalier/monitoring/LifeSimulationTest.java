package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replays the mail story in small: about 34 mails a day, labels two days late, a jump. */
class LifeSimulationTest {
  private static final Instant JUMP = Instant.parse("2002-09-26T00:00:00Z");
  private static final int DAYS = 90;
  private static final int PER_DAY = 34;

  @TempDir Path folder;

  private record Mail(boolean spam, boolean hard) {}

  private record Due(Instant at, String id, String label) {}

  /** Hard ham, that the first version takes for spam, is 4 % before the jump and 30 % after. */
  private static List<Mail> story(Random random) {
    List<Mail> mails = new ArrayList<>();
    for (int i = 0; i < DAYS * PER_DAY; i++) {
      Instant at = at(i);
      mails.add(
          new Mail(
              random.nextDouble() < 0.25, random.nextDouble() < (at.isBefore(JUMP) ? 0.04 : 0.30)));
    }
    return mails;
  }

  private static Instant at(int index) {
    return World.START.plus(Duration.ofDays(1).multipliedBy(index).dividedBy(PER_DAY));
  }

  private void live(World world, List<Mail> mails) {
    Deque<Due> labels = new ArrayDeque<>();
    String version = "1.0.0";
    Instant release = Instant.MAX;
    for (int i = 0; i < mails.size(); i++) {
      Instant now = at(i);
      while (!labels.isEmpty() && !labels.peek().at().isAfter(now)) {
        Due due = labels.remove();
        world.at(due.at());
        world.monitoring.feedback(due.id(), due.label(), due.at(), "person");
      }
      world.at(now);
      world.tick();
      for (RetrainDecision decision : world.monitoring.pending(World.PRODUCT)) {
        world.monitoring.started(decision, "run_1");
        world.monitoring.trace(decision.incidentId(), "run", "run_1", "Retraining", now);
        world.monitoring.trace(decision.incidentId(), "version", "1.1.0", "Passed its gates", now);
        world.monitoring.trace(decision.incidentId(), "rollout", "rollout_1", "Canary", now);
        release = now.plus(Duration.ofDays(5));
      }
      if (!now.isBefore(release)) {
        version = "1.1.0";
      }
      Mail mail = mails.get(i);
      boolean wrong = mail.hard() && version.equals("1.0.0");
      String said = mail.spam() || wrong ? "spam" : "ham";
      world.monitoring.accept(World.answer("p" + i, now, said, version));
      labels.add(new Due(now.plus(Duration.ofDays(2)), "p" + i, mail.spam() ? "spam" : "ham"));
    }
    world.tick();
  }

  @Test
  void a_jump_becomes_one_incident_that_ends_when_the_new_version_recovers() {
    try (World world = new World(folder)) {
      live(world, story(new Random(1)));

      List<Incident> incidents = world.monitoring.incidents(World.PRODUCT);
      assertThat(incidents).hasSize(1);
      Incident incident = incidents.getFirst();
      assertThat(incident.openedAt()).isBetween(JUMP, JUMP.plus(Duration.ofDays(7)));
      assertThat(incident.state()).isEqualTo("resolved");
      assertThat(World.kinds(incident))
          .containsExactly("alert", "recovered", "rollout", "run", "version");
      assertThat(incident.trace().getLast().text()).contains("n = ", "1.1.0");
      assertThat(world.monitoring.alerts(java.util.Optional.of(World.PRODUCT)))
          .singleElement()
          .satisfies(alert -> assertThat(alert.state()).isEqualTo("resolved"));
      List<RetrainDecision> decisions = world.monitoring.decisions(World.PRODUCT);
      assertThat(decisions).filteredOn(RetrainDecision::fire).hasSize(1);
      assertThat(decisions)
          .as("a no is recorded as well")
          .anySatisfy(decision -> assertThat(decision.reason()).contains("still under way"));
      assertThat(world.trained).hasSizeGreaterThan(2_900);
    }
  }

  @Test
  void the_same_mails_in_random_order_raise_nothing() {
    try (World world = new World(folder)) {
      List<Mail> mails = story(new Random(1));
      Collections.shuffle(mails, new Random(2));
      // A model trained on a sample of everything knows most of the hard ones as well.
      Random known = new Random(4);
      mails.replaceAll(mail -> new Mail(mail.spam(), mail.hard() && known.nextDouble() < 0.3));
      live(world, mails);

      assertThat(world.monitoring.incidents(World.PRODUCT)).isEmpty();
      assertThat(world.monitoring.decisions(World.PRODUCT)).isEmpty();
    }
  }

  @Test
  void the_same_stream_leads_to_the_same_windows_and_ids(@TempDir Path other) {
    List<Mail> mails = story(new Random(3)).subList(0, 600);
    try (World first = new World(folder);
        World second = new World(other)) {
      live(first, mails);
      live(second, mails);

      assertThat(first.monitoring.view(World.PRODUCT))
          .isEqualTo(second.monitoring.view(World.PRODUCT));
      assertThat(first.monitoring.incidents(World.PRODUCT))
          .isEqualTo(second.monitoring.incidents(World.PRODUCT));
    }
  }
}
