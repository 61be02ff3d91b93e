package dev.espalier.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One run of the demo, by stage. */
final class DemoBench implements Bench {
  private static final Map<String, String> WHAT =
      Map.of(
          "Corpus", "6,046 mails read and cleaned",
          "Canvas", "planned, applied, compiled",
          "Checks", "the checks of the first canvas on a sample",
          "Train", "the ladder of four rungs on the mails before August 2002",
          "Live", "the later mails and labels over HTTP; incident, retraining, canary",
          "Drills", "every drill, the load at its stated rate for 31 s");

  @Override
  public Section measure(Setting setting) throws Exception {
    String output = run(setting);
    Map<String, Double> stages = Report.stages(output);
    List<List<String>> rows = new ArrayList<>();
    double total = 0;
    for (var stage : stages.entrySet()) {
      total += stage.getValue();
      rows.add(
          List.of(
              stage.getKey().toLowerCase(java.util.Locale.ROOT),
              Sample.number(stage.getValue()),
              WHAT.getOrDefault(stage.getKey(), "")));
    }
    rows.add(List.of("**all**", Sample.number(total), "goal: at most 300"));
    return new Section(
        "demo",
        "The demo, by stage",
        List.of("stage", "wall, s", "what happens"),
        rows,
        "One run of `espalier demo --exit --port 0` on a fresh home; the corpus was in the user's cache.");
  }

  private static String run(Setting setting) throws IOException, InterruptedException {
    Process demo =
        new ProcessBuilder(
                setting.program().resolve("bin/espalier").toString(),
                "demo",
                "--exit",
                "--port",
                "0",
                "--home",
                setting.work().resolve("demo").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (demo.waitFor() != 0) {
      throw new IllegalStateException(
          "The demo's loop did not close:\n"
              + output.substring(Math.max(0, output.length() - 2000)));
    }
    return output;
  }
}
