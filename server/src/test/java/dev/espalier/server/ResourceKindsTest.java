package dev.espalier.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.Spec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * For every kind of resource: which component reads it, and the test that sees the component behave
 * differently. A kind that nothing reads, or that a component reads and no test shows, fails here
 * unless it is known to be open; {@code docs/resources.md} says of each kind what is true now and
 * is written anew with {@code -Despalier.docs=write}.
 */
class ResourceKindsTest {
  private static final Path PAGE = Path.of("../docs/resources.md");
  private static final Path LIST = Path.of("src/test/resources/resource-kinds.txt");
  private static final List<String> STAGES =
      List.of(
          "data",
          "model",
          "tracking",
          "pipeline",
          "evaluation",
          "registry",
          "training",
          "serving",
          "deployment",
          "monitoring",
          "server");

  /** As many kinds as may be open; lowered with each that is closed, never raised. */
  private static final int MOST_OPEN = 0;

  private static final String OPEN = "open";

  /** A kind of resource, and the classes of the stages that name its specification. */
  private record Kind(String name, List<String> components, List<String> evidence) {}

  private static List<Kind> kinds() throws IOException {
    Map<String, String> classes = classes();
    List<Kind> kinds = new ArrayList<>();
    for (Class<?> spec : Objects.requireNonNull(Spec.class.getPermittedSubclasses())) {
      String name = "dev/espalier/canvas/Spec$" + spec.getSimpleName();
      List<String> components = new ArrayList<>();
      List<String> evidence = new ArrayList<>();
      classes.forEach((where, bytes) -> {
        if (names(bytes, name)) {
          (where.endsWith("Evidence") ? evidence : components).add(where);
        }
      });
      kinds.add(
          new Kind(
              spec.getSimpleName().toLowerCase(Locale.ROOT),
              components.stream().distinct().sorted().toList(),
              evidence.stream().distinct().sorted().toList()));
    }
    return kinds.stream().sorted(java.util.Comparator.comparing(Kind::name)).toList();
  }

  /** Whether the constant pool holds the name, not as the beginning of a longer one. */
  private static boolean names(String bytes, String name) {
    for (int at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1)) {
      int end = at + name.length();
      if (end >= bytes.length()
          || !(Character.isLetterOrDigit(bytes.charAt(end)) && bytes.charAt(end) < 128)) {
        return true;
      }
    }
    return false;
  }

  /** The compiled classes of the stages, by {@code stage/Outermost}. */
  private static Map<String, String> classes() throws IOException {
    Map<String, String> classes = new TreeMap<>();
    for (String stage : STAGES) {
      Path root = Path.of("..", stage, "target", "classes");
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
          String simple = file.getFileName().toString().replaceAll("(\\$.*)?\\.class$", "");
          classes.merge(
              stage + "/" + simple,
              new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1),
              String::concat);
        }
      }
    }
    Path documents = Path.of("..", "canvas", "target", "classes", "dev/espalier/canvas/documents");
    try (Stream<Path> files = Files.list(documents)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
        String simple = file.getFileName().toString().replaceAll("(\\$.*)?\\.class$", "");
        classes.merge(
            "canvas/documents/" + simple,
            new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1),
            String::concat);
      }
    }
    return classes;
  }

  /** What the list says of each kind: {@code open}, or {@code module/Class#method}. */
  private static Map<String, String> listed() throws IOException {
    Map<String, String> listed = new TreeMap<>();
    for (String line : Files.readAllLines(LIST)) {
      if (!line.startsWith("#") && !line.isBlank()) {
        String[] parts = line.strip().split(" ");
        assertThat(parts).as(line).hasSize(2);
        assertThat(listed.put(parts[0], parts[1])).as(parts[0] + " stands twice").isNull();
      }
    }
    return listed;
  }

  @Test
  void every_kind_is_shown_to_change_a_component_or_measured_or_known_to_be_open()
      throws Exception {
    Map<String, String> listed = listed();
    List<Kind> kinds = kinds();
    for (Kind each : kinds) {
      String shown = listed.getOrDefault(each.name(), "");
      boolean shows = !shown.isEmpty() && !shown.equals(OPEN);
      if (each.components().isEmpty()) {
        assertThat(shows)
            .as(each.name() + " is shown by a test, and no component reads it")
            .isFalse();
        if (each.evidence().isEmpty()) {
          assertThat(shown)
              .as(each.name() + " is read by nothing: let a component work by it, or remove it")
              .isEqualTo(OPEN);
        } else {
          assertThat(shown).as(each.name() + " is measured against; strike its line").isEmpty();
        }
      } else {
        assertThat(shown)
            .as(each.name() + " needs a test that sees its component behave differently")
            .isNotEmpty();
      }
    }
    assertThat(listed.keySet())
        .as("kinds that do not exist")
        .isSubsetOf(kinds.stream().map(Kind::name).toList());
    for (String shown : listed.values()) {
      if (!shown.equals(OPEN)) {
        exists(shown);
      }
    }
  }

  /** Fails where the method is not in the class that the list names. */
  private static void exists(String shown) throws IOException {
    String[] parts = shown.split("[/#]");
    assertThat(parts).as(shown).hasSize(3);
    try (Stream<Path> files = Files.walk(Path.of("..", parts[0], "src/test/java"))) {
      Path file =
          files
              .filter(each -> each.getFileName().toString().equals(parts[1] + ".java"))
              .findFirst()
              .orElseThrow(() -> new AssertionError("no such test: " + shown));
      assertThat(Files.readString(file)).as(shown).contains("void " + parts[2] + "(");
    }
  }

  @Test
  void the_list_of_open_kinds_only_becomes_shorter() throws Exception {
    long open = listed().values().stream().filter(OPEN::equals).count();
    assertThat(open)
        .as("%d kinds are open; MOST_OPEN has to say so".formatted(open))
        .isEqualTo(MOST_OPEN);
  }

  @Test
  void the_page_says_of_every_kind_what_reads_it_now(@TempDir Path home) throws Exception {
    String page = page(questions(home));
    if ("write".equals(System.getProperty("espalier.docs"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/resources.md is stale; run this test with -Despalier.docs=write")
        .isEqualTo(page);
  }

  /** The questions that compile to each kind. */
  private static Map<String, List<String>> questions(Path home) throws Exception {
    Map<String, List<String>> questions = new TreeMap<>();
    try (Espalier espalier = Espalier.start(ServerConfig.local(home, 0))) {
      for (JsonNode question : new Client(espalier.url()).json("/questions")) {
        question
            .path("compilesTo")
            .forEach(kind ->
                questions
                    .computeIfAbsent(kind.asText(), _ -> new ArrayList<>())
                    .add(question.path("key").asText()));
      }
    }
    return questions;
  }

  private static String page(Map<String, List<String>> questions) throws IOException {
    Map<String, String> listed = listed();
    List<Kind> kinds = kinds();
    List<Kind> open = kinds.stream().filter(each -> OPEN.equals(listed.get(each.name()))).toList();
    List<Kind> steering =
        kinds.stream()
            .filter(each -> !each.components().isEmpty() && !open.contains(each))
            .toList();
    List<Kind> judged =
        kinds.stream().filter(each -> each.components().isEmpty() && !open.contains(each)).toList();
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # Resources

        Written from the compiled classes by `ResourceKindsTest`; do not edit it.

        An answer compiles to resources only where something reads them: a component that behaves
        differently, with the test that sees it, or evidence that measures reality against the
        answer. Answers that only people read, on the board and in documents, compile to nothing;
        values that nothing here can run are refused with the reason ([questions](questions.md)).

        """);
    out.append(
        "%d kinds: %d steer a component, %d are measured against, %d are open.\n"
            .formatted(kinds.size(), steering.size(), judged.size(), open.size()));
    out.append(
        "\n## Steering a component\n\n| kind | from | component | shown by |\n|---|---|---|---|\n");
    for (Kind each : steering) {
      out.append(
          "| `%s` | %s | %s | `%s` |\n"
              .formatted(
                  each.name(),
                  from(questions, each),
                  String.join(", ", each.components()),
                  listed.get(each.name())));
    }
    out.append("\n## Measured against\n\n| kind | from | evidence |\n|---|---|---|\n");
    for (Kind each : judged) {
      out.append(
          "| `%s` | %s | %s |\n"
              .formatted(each.name(), from(questions, each), String.join(", ", each.evidence())));
    }
    if (!open.isEmpty()) {
      out.append("\n## Open\n\n| kind | from | read by |\n|---|---|---|\n");
      for (Kind each : open) {
        out.append(
            "| `%s` | %s | %s |\n"
                .formatted(
                    each.name(),
                    from(questions, each),
                    each.components().isEmpty()
                        ? "nothing"
                        : String.join(", ", each.components()) + ", and no test shows it"));
      }
    }
    return out.toString();
  }

  private static String from(Map<String, List<String>> questions, Kind kind) {
    List<String> keys = questions.getOrDefault(kind.name(), List.of());
    return keys.isEmpty()
        ? "another answer than the example"
        : String.join(", ", keys.stream().map(key -> "`" + key + "`").toList());
  }

  @Test
  void a_name_is_found_whole_and_not_inside_a_longer_one() {
    String pool = "\u0001dev/espalier/canvas/Spec$RolloutStep\u0001";
    assertThat(names(pool, "dev/espalier/canvas/Spec$Rollout")).isFalse();
    assertThat(names(pool, "dev/espalier/canvas/Spec$RolloutStep")).isTrue();
  }
}
