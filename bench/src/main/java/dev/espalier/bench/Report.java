package dev.espalier.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The document of all figures. Each section stands between {@code <!-- bench:name -->} and {@code
 * <!-- /bench:name -->} with the machine and the day it was measured on, so that measuring one
 * again leaves the others, and the words around them, as they are.
 */
public record Report(String text) {
  /**
   * The document with {@code section} in place of the one of the same name, or at the end.
   *
   * @param circumstances one sentence: machine, day, what else ran
   * @throws IllegalArgumentException when the section's markers do not match
   */
  public Report with(Section section, String circumstances) {
    String open = "<!-- bench:%s -->\n".formatted(section.name());
    String close = "<!-- /bench:%s -->\n".formatted(section.name());
    String block =
        open
            + "## %s\n\n%s\n\n%s\n%s\n"
                .formatted(section.title(), circumstances, section.table(), section.note())
            + close;
    int from = text.indexOf(open);
    int to = text.indexOf(close);
    if (from < 0 && to < 0) {
      return new Report(text.stripTrailing() + "\n\n" + block);
    }
    if (from < 0 || to < from || text.indexOf(open, from + 1) >= 0) {
      throw new IllegalArgumentException(
          "The markers of %s in the document do not match.".formatted(section.name()));
    }
    return new Report(text.substring(0, from) + block + text.substring(to + close.length()));
  }

  /** Seconds of each stage that the demo reports, in order, as {@code name → seconds}. */
  public static java.util.SequencedMap<String, Double> stages(String output) {
    java.util.SequencedMap<String, Double> stages = new java.util.LinkedHashMap<>();
    Matcher line = Pattern.compile("(?m)^-- (\\S+): (\\d+\\.\\d+) s$").matcher(output);
    while (line.find()) {
      stages.put(line.group(1), Double.parseDouble(line.group(2)));
    }
    return stages;
  }
}
