package dev.espalier.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Time to ready and idle memory of the assembled program on an empty home. */
final class StartBench implements Bench {
  private static final double GOAL_WITH = 800;
  private static final double GOAL_WITHOUT = 1500;

  @Override
  public Section measure(Setting setting) throws Exception {
    Path bare = Program.withoutAotCache(setting.program(), setting.work().resolve("bare"));
    List<double[]> with = new ArrayList<>();
    List<double[]> without = new ArrayList<>();
    for (int round = 0; round < setting.rounds(); round++) {
      with.add(start(setting.program(), setting.work().resolve("with-" + round)));
      without.add(start(bare, setting.work().resolve("without-" + round)));
    }
    return new Section(
        "start",
        "Start",
        List.of("start", "time to ready, ms", "goal", "resident after 2 s idle, MiB", "goal"),
        List.of(row("with the AOT cache", with, GOAL_WITH), row("without", without, GOAL_WITHOUT)),
        "Median (lowest–highest) of %d starts of each kind in turn, from the launcher's start to the program's word that it answers, on an empty home."
            .formatted(setting.rounds()));
  }

  private static double[] start(Path program, Path home) throws Exception {
    try (Program server = Program.server(program, home)) {
      boolean _ = new CountDownLatch(1).await(2, TimeUnit.SECONDS); // Idling is what is measured.
      return new double[] {server.readyMillis(), server.residentMebibytes()};
    }
  }

  private static List<String> row(String name, List<double[]> starts, double goal) {
    Sample millis = Sample.of(starts.stream().mapToDouble(start -> start[0]).toArray());
    Sample memory = Sample.of(starts.stream().mapToDouble(start -> start[1]).toArray());
    return List.of(name, millis.text(), "< " + Sample.number(goal), memory.text(), "< 300");
  }
}
