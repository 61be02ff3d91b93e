package dev.espalier.cli;

import dev.espalier.platform.EspalierException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The name under which a canvas document is known; the server checks the document itself. */
public final class CanvasName {
  private static final Pattern NAME =
      Pattern.compile(
          "(?m)^product:\\s*(?:\\{.*?\\bname:\\s*|\\n\\s+name:\\s*)\"?([\\w .-]+?)\"?\\s*[,}\\n#]");

  private CanvasName() {}

  /**
   * The slug of {@code product.name}.
   *
   * @throws EspalierException INVALID when the document names no product
   */
  public static String in(String document) {
    Matcher name = NAME.matcher(document);
    if (!name.find()) {
      throw EspalierException.invalidField(
          "product.name",
          "required",
          "The canvas names no product. Add: product: {name: my-product}",
          Optional.empty());
    }
    return name.group(1).strip().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }
}
