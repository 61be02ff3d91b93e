package dev.espalier.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.artifacts.ArtifactEntry;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.platform.Database;
import dev.espalier.platform.Killed;
import dev.espalier.platform.TestDatabase;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 while deleted runs, models and traces go for good: {@code -Despalier.kills=100} soaks.
 * What went is gone with all its rows and files, what did not is whole, and what lives is
 * untouched.
 */
class PurgeKillTest {
  private static final int KILLS = Integer.getInteger("espalier.kills", 20);
  private static final int DELETED = 12;
  private static final Duration MONTH = Duration.ofDays(30);
  private static final List<String> OF_RUN =
      List.of("run_tag", "run_param", "run_metric", "metric_block", "run_model");
  @TempDir Path home;
  private final Set<String> living = new HashSet<>();
  private final Set<String> deleted = new HashSet<>();

  /** A run, a model or a trace as the rows have it: with its file, and its parts. */
  private record Opened(Database database, Tracking tracking, ArtifactTree tree)
      implements AutoCloseable {
    static Opened in(Path home) {
      Database database = TestDatabase.in(home);
      return new Opened(database, new Tracking(database), KilledPurger.tree(database, home));
    }

    String run(long experiment) {
      Runs runs = tracking.runs();
      String id = runs.create(experiment, "", 1, "", Map.of()).info().id();
      runs.log(
          id,
          List.of(
              new Runs.LoggedMetric(
                  -1,
                  "m",
                  new MetricPoint(1, 1, 1),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty())),
          List.of(new Runs.LoggedText("", "p", "v")),
          List.of(new Runs.LoggedText("", "t", "v")));
      file(experiment + "/" + id + "/artifacts/deep/a.txt", id);
      return id;
    }

    String model(long experiment, String run) {
      String id =
          tracking
              .models()
              .create(
                  new LoggedModels.Draft(
                      experiment, "net", "", run, Map.of("p", "v"), Map.of("t", "v")))
              .id();
      file(experiment + "/models/" + id + "/artifacts/weights.bin", id);
      return id;
    }

    private void file(String path, String content) {
      byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
      ArtifactEntry _ = tree.put(new ArtifactPath(path), new ByteArrayInputStream(bytes), 1_000);
    }

    boolean there(String path) {
      return tree.find(new ArtifactPath(path)).isPresent();
    }

    long count(String sql) {
      return database.read(handle -> handle.createQuery(sql).mapTo(Long.class).one());
    }

    @Override
    public void close() {
      database.close();
    }
  }

  /** A run is a row with its file and its parts, or nothing at all is left of it. */
  private void whole(Opened here, List<String> gone) {
    for (String table : OF_RUN) {
      assertThat(
              here.count(
                  "SELECT COUNT(*) FROM %s WHERE run NOT IN (SELECT seq FROM experiment_run)"
                      .formatted(table)))
          .as("rows of %s without a run", table)
          .isZero();
    }
    for (String table : List.of("logged_model_tag", "logged_model_param", "logged_model_metric")) {
      assertThat(
              here.count(
                  "SELECT COUNT(*) FROM %s WHERE model NOT IN (SELECT seq FROM logged_model)"
                      .formatted(table)))
          .as("rows of %s without a model", table)
          .isZero();
    }
    for (String run : living) {
      assertThat(here.tracking().runs().get(run).params()).containsEntry("p", "v");
      assertThat(here.there("0/" + run + "/artifacts/deep/a.txt")).as(run).isTrue();
    }
    for (String run : deleted) {
      boolean row = here.tracking().artifactUri(run).isPresent();
      assertThat(here.there("0/" + run + "/artifacts/deep/a.txt")).as(run).isEqualTo(row);
      assertThat(row && gone.contains(run)).as("%s was gone before the kill", run).isFalse();
    }
  }

  private static void emptied(Opened here, long experiment, List<String> runs, String model) {
    for (String run : runs) {
      assertThat(here.there(experiment + "/" + run + "/artifacts/deep/a.txt"))
          .as(run)
          .isEqualTo(here.tracking().artifactUri(run).isPresent());
    }
    assertThat(here.there(experiment + "/models/" + model + "/artifacts/weights.bin"))
        .isEqualTo(here.tracking().loggedModel(model).isPresent());
  }

  @Test
  void nothing_is_half_gone_and_the_next_purge_ends_what_a_kill_broke_off() throws Exception {
    SplittableRandom random = new SplittableRandom(20_261_126);
    for (int kill = 0; kill < KILLS; kill++) {
      List<String> inExperiment = new ArrayList<>();
      long experiment;
      String model;
      try (Opened here = Opened.in(home)) {
        living.add(here.run(0));
        for (int i = 0; i < DELETED; i++) {
          String run = here.run(0);
          here.tracking().runs().delete(run);
          deleted.add(run);
        }
        experiment =
            here.tracking().experiments().create("round " + kill, Optional.empty(), Map.of());
        inExperiment.add(here.run(experiment));
        inExperiment.add(here.run(experiment));
        model = here.model(experiment, inExperiment.getFirst());
        here.tracking().experiments().delete(experiment);
      }
      List<String> said = Killed.after(1 + random.nextInt(DELETED + 3), KilledPurger.class, home);
      try (Opened here = Opened.in(home)) {
        whole(here, said.subList(0, said.size() - 1));
        emptied(here, experiment, inExperiment, model);
      }
    }
    try (Opened here = Opened.in(home)) {
      Purge purge = new Purge(here.database(), here.tree(), (_, _) -> false);
      Purge.Report last = purge.run(MONTH, Purge.Mode.PURGE, Instant.now().plus(MONTH).plus(MONTH));
      assertThat(last.held()).isEmpty();
      deleted.forEach(run -> assertThat(here.tracking().artifactUri(run)).isEmpty());
      whole(here, List.of());
      assertThat(here.count("SELECT COUNT(*) FROM experiment")).as("the first one").isEqualTo(1);
      assertThat(here.count("SELECT COUNT(*) FROM logged_model")).isZero();
      assertThat(here.count("SELECT COUNT(*) FROM experiment_run")).isEqualTo(living.size());
    }
  }
}
