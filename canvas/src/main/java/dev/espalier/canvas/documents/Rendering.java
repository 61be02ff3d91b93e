package dev.espalier.canvas.documents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.canvas.documents.Document.Section;
import dev.espalier.canvas.documents.Document.Sentence;
import dev.espalier.platform.Json;
import java.nio.charset.StandardCharsets;

/**
 * A document as Markdown, HTML and JSON. Texts of people are escaped by construction: in HTML they
 * cannot open a tag, in Markdown they cannot open a link, a heading or a tag, and no script, style
 * or outside address is ever written.
 */
final class Rendering {
  static final String NOT_ANSWERED = "NOT ANSWERED";

  private Rendering() {}

  static byte[] markdown(Document document) {
    StringBuilder out = new StringBuilder();
    out.append("# ").append(document.kind().title()).append(" of ");
    out.append(md(about(document))).append("\n\n").append(md(basis(document))).append("\n");
    for (Section section : document.sections()) {
      out.append("\n## ").append(md(section.heading())).append("\n\n");
      for (Sentence each : section.sentences()) {
        out.append("- ").append(md(each.text()));
        out.append(" [").append(md(each.source().ref())).append("](<");
        out.append(target(each.source().href())).append(">)\n");
      }
      if (!section.answered()) {
        out.append(NOT_ANSWERED).append('\n');
      }
    }
    out.append("\n---\n");
    document.attribution().forEach(line -> out.append('\n').append(line).append("  "));
    return out.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  static byte[] html(Document document) {
    StringBuilder out = new StringBuilder();
    String title = html(document.kind().title() + " of " + about(document));
    out.append("<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>");
    out.append(title).append("</title></head>\n<body>\n<h1>").append(title).append("</h1>\n<p>");
    out.append(html(basis(document))).append("</p>\n");
    for (Section section : document.sections()) {
      out.append("<h2>").append(html(section.heading())).append("</h2>\n");
      if (!section.answered()) {
        out.append("<p><strong>").append(NOT_ANSWERED).append("</strong></p>\n");
        continue;
      }
      out.append("<ul>\n");
      for (Sentence each : section.sentences()) {
        out.append("<li>").append(html(each.text())).append(" <a href=\"");
        out.append(html(target(each.source().href()))).append("\">");
        out.append(html(each.source().ref())).append("</a></li>\n");
      }
      out.append("</ul>\n");
    }
    out.append("<footer>\n");
    document.attribution().forEach(line -> out.append("<p>").append(html(line)).append("</p>\n"));
    out.append("</footer>\n</body>\n</html>\n");
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  static byte[] json(Document document) {
    JsonNode tree = Json.tree(document);
    if (tree instanceof ObjectNode object) {
      object.put("title", document.kind().title()).put("answered", document.answered());
      if (object.path("sections") instanceof ArrayNode sections) {
        for (int i = 0; i < sections.size(); i++) {
          boolean answered = document.sections().get(i).answered();
          ((ObjectNode) sections.get(i)).put("answered", answered);
        }
      }
    }
    return Json.bytes(tree);
  }

  private static String about(Document document) {
    return document.product() + document.version().map(version -> " " + version).orElse("");
  }

  private static String basis(Document document) {
    return "Written from canvas %s and the evidence of %s; %d of %d sections are answered."
        .formatted(
            document.canvasVersion(),
            document.asOf(),
            document.answered(),
            document.sections().size());
  }

  /** Only addresses of the native API are linked; anything else links nowhere. */
  private static String target(String href) {
    return href.startsWith("/api/v1/") && href.matches("[A-Za-z0-9/._~?=&%#@:-]*") ? href : "#";
  }

  static String html(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .map(Rendering::printable)
        .forEach(c -> {
          switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> out.appendCodePoint(c);
          }
        });
    return out.toString();
  }

  /** Markdown in which every character that could mean something is escaped. */
  static String md(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints()
        .map(Rendering::printable)
        .forEach(c -> {
          switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '\\', '`', '*', '_', '{', '}', '[', ']', '(', ')', '#', '!', '|', '~' ->
                out.append('\\').appendCodePoint(c);
            default -> out.appendCodePoint(c);
          }
        });
    return out.toString();
  }

  /** Line breaks and controls become blanks; so do marks that turn the direction of text. */
  private static int printable(int c) {
    boolean turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return Character.isISOControl(c) || c == 0x2028 || c == 0x2029 || turns ? ' ' : c;
  }
}
