package dev.espalier.canvas;

/** The board as one small picture for a page elsewhere: SVG without scripts, fonts or links. */
final class Badge {
  /** The mean width of a character of the system's sans serif at 11 px. */
  private static final double CHARACTER = 6.4;

  private static final int PADDING = 12;
  private static final String INK = "#39443e";

  private Badge() {}

  static String svg(Conformance board) {
    long counted = board.questions().size() - board.counts().getOrDefault(State.N_A, 0L);
    long conforming = board.counts().getOrDefault(State.CONFORMS, 0L);
    long violated = board.counts().getOrDefault(State.VIOLATED, 0L);
    String label = "canvas " + board.version();
    String says =
        "%d of %d conform%s"
            .formatted(
                conforming, counted, violated == 0 ? "" : ", %d violated".formatted(violated));
    int left = width(label);
    int right = width(says);
    return """
    <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="20" role="img" aria-label="%2$s: %3$s">
    <title>%2$s: %3$s</title>
    <rect width="%1$d" height="20" rx="4" fill="%7$s"/>
    <path d="M%4$d 0h%8$dq4 0 4 4v12q0 4 -4 4h-%8$dz" fill="%6$s"/>
    <g fill="#fff" font-family="Inter,Verdana,sans-serif" font-size="11" text-anchor="middle">
    <text x="%9$d" y="14">%2$s</text>
    <text x="%5$d" y="14">%3$s</text>
    </g>
    </svg>
    """
        .formatted(
            left + right,
            escaped(label),
            says,
            left,
            left + right / 2,
            colour(violated, conforming, counted),
            INK,
            right - 4,
            left / 2);
  }

  private static String colour(long violated, long conforming, long counted) {
    if (violated > 0) {
      return "#b23c26";
    }
    return conforming == counted ? "#2b7a4b" : "#6a757d";
  }

  private static int width(String text) {
    return (int) Math.ceil(text.length() * CHARACTER) + PADDING;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
