package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/questions.md} is written from the records. When it is stale this test fails; run it
 * with {@code -Despalier.docs=write} to write it anew.
 */
class QuestionsPageTest {
  private static final Path PAGE = Path.of("../docs/questions.md");

  @Test
  void the_page_says_what_the_records_say() throws Exception {
    String page = page();
    if ("write".equals(System.getProperty("espalier.docs"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/questions.md is stale; run this test with -Despalier.docs=write")
        .isEqualTo(page);
  }

  private static String page() {
    List<QuestionForm> all = QuestionForm.all();
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # Questions

        Written from the records of `canvas` by `QuestionsPageTest`; do not edit it.

        For each question: what its answer compiles to, and which evidence proves it. Evidence is
        LIVE (a series that is measured while the product serves), RECORD (an immutable row), DRILL
        (an active test) or ATTEST (a person's signature). Clauses are those of the example answer;
        another answer may have others. *Waits* names what has not happened yet, *Not built* the part
        of the platform that no build has, before the first evidence can arrive: until then the clause
        is `NO_EVIDENCE`, and with it the question.
        *Refused* values can be written, and no component of this build can run them: a plan that
        contains one is refused with the reason and the value that works.
        """);
    long clauses = all.stream().mapToLong(each -> each.evidence().size()).sum();
    out.append(
        "\n%d questions, %d clauses, of which %d name what they wait for and %d what is not built.\n"
            .formatted(all.size(), clauses, of(Lack.HAPPENING, all), of(Lack.MACHINERY, all)));
    String block = "";
    for (QuestionForm each : all) {
      if (!block.equals(each.blockTitle())) {
        block = each.blockTitle();
        out.append("\n## ").append(block).append("\n");
      }
      section(each, out);
    }
    return out.toString();
  }

  private static long of(Lack lack, List<QuestionForm> all) {
    return all.stream()
        .flatMap(each -> each.evidence().stream())
        .filter(each -> each.lack().equals(Optional.of(lack)))
        .count();
  }

  private static void section(QuestionForm form, StringBuilder out) {
    out.append("\n### %s · `%s`\n\n".formatted(form.id(), form.key()));
    out.append("**%s** %s\n\n".formatted(form.text(), form.help()));
    out.append("Kind: %s, lane: %s.".formatted(form.kind().name(), form.lane().name()));
    if (form.derived()) {
      out.append(" The platform answers it.");
    }
    out.append(
        form.compilesTo().isEmpty()
            ? " Compiles to no resource.\n\n"
            : " Compiles to `%s`.\n\n".formatted(String.join("`, `", form.compilesTo())));
    if (!form.fields().isEmpty()) {
      out.append("| field | type | default | bounds |\n|---|---|---|---|\n");
      form.fields().forEach(each -> row(each, "", out));
      out.append('\n');
    }
    form.unbuilt()
        .forEach(each ->
            out.append(
                "- *Refused* `%s`: %s. %s. Write `%s`.\n"
                    .formatted(each.field(), each.values(), each.reason(), each.nearest())));
    form.evidence()
        .forEach(each -> {
          out.append("- %s `%s`: %s".formatted(each.kind(), each.clause(), each.text()));
          if (each.minN() > 1) {
            out.append(", on at least %d".formatted(each.minN()));
          }
          each.missing()
              .ifPresent(piece ->
                  out.append(
                          each.lack().equals(Optional.of(Lack.MACHINERY))
                              ? ". *Not built:* "
                              : ". *Waits:* ")
                      .append(piece));
          out.append(".\n");
        });
  }

  private static void row(Field field, String path, StringBuilder out) {
    String name = path + field.name();
    String bounds =
        field.oneOf().isEmpty()
            ? field.min().isPresent() || field.max().isPresent()
                ? "%s … %s"
                    .formatted(
                        Bound.number(field.min().orElse(0)),
                        field.max().isPresent() ? Bound.number(field.max().getAsDouble()) : "")
                : ""
            : String.join(", ", field.oneOf());
    out.append(
        "| `%s` | %s%s | %s | %s |\n"
            .formatted(
                name,
                field.type().replace('_', ' '),
                field.set() ? " set" : field.list() ? " list" : "",
                field
                    .defaultValue()
                    .map(text -> "`" + text + "`")
                    .orElse(field.required() ? "required" : ""),
                bounds.strip()));
    if (field.fields().size() > 0 && path.isEmpty()) {
      field.fields().forEach(each -> row(each, name + ".", out));
    }
  }
}
