package dev.espalier.serving;

import java.math.BigDecimal;

/** Writes the Prometheus text exposition format 0.0.4. Not thread-safe. */
public final class PrometheusText {
  private final StringBuilder out = new StringBuilder();
  private String name = "";

  /** Begins a metric family: every following sample belongs to it. */
  public PrometheusText family(String family, String type, String help) {
    name = family;
    out.append("# HELP ").append(family).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(family).append(' ').append(type).append('\n');
    return this;
  }

  /** A sample of the family; labels are names and values in turn. */
  public void sample(double value, String... labels) {
    suffixed("", value, labels);
  }

  /** A sample of the family's {@code _bucket}, {@code _sum} or {@code _count}. */
  void suffixed(String suffix, double value, String... labels) {
    out.append(name).append(suffix);
    for (int i = 0; i < labels.length; i += 2) {
      out.append(i == 0 ? '{' : ',')
          .append(labels[i])
          .append("=\"")
          .append(escaped(labels[i + 1]))
          .append('"');
    }
    out.append(labels.length == 0 ? " " : "} ")
        .append(BigDecimal.valueOf(value).stripTrailingZeros().toPlainString());
    out.append('\n');
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
