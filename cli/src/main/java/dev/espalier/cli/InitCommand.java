package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.canvas.Plan;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An interview that ends in a minimal canvas, with proposals that the data suggest. */
@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    description = "Asks a few questions and writes a minimal canvas; --yes takes every proposal.",
    footer = {
      "",
      "Example:",
      "  espalier canvas init --csv tickets.csv",
      "  espalier canvas init --data tickets --name tickets --yes"
    })
final class InitCommand implements Callable<Integer> {
  private static final int MOST_LABELS = 1000;
  private static final int ATTEMPTS = 5;
  private static final int LONGEST = 2000;
  @Mixin ServerOptions server = new ServerOptions();

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "Default: canvas.yaml; never overwritten.")
  Path file = Path.of("canvas.yaml");

  @Option(names = "--name", description = "The product's name.")
  Optional<String> name = Optional.empty();

  @Option(names = "--data", paramLabel = "DATASET", description = "A stored dataset.")
  Optional<String> data = Optional.empty();

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Rows with the columns text and label.")
  Optional<Path> csv = Optional.empty();

  @Option(names = "--yes", description = "Ask nothing: take every proposal.")
  boolean yes;

  private final InputStream in;

  InitCommand() {
    this(System.in);
  }

  /** An interview whose answers come from {@code in}, a line each. */
  InitCommand(InputStream in) {
    this.in = in;
  }

  @Override
  public Integer call() throws IOException {
    if (Files.exists(file)) {
      throw new EspalierException(
          ErrorCode.CONFLICT, "%s exists; name another file.".formatted(file));
    }
    Profile profile = profile();
    PrintWriter out = server.out();
    Draft draft = new Draft(profile, data.orElse(csv.map(InitCommand::stem).orElse("rows")));
    name.ifPresent(given -> draft.say("product", given));
    if (!yes) {
      interview(draft, out);
    }
    List<String> wrong = draft.wrong();
    if (!wrong.isEmpty()) {
      throw EspalierException.invalid("Nothing is written. " + String.join(" ", wrong));
    }
    write(draft.text());
    out.printf(
        "Wrote %s for %s: %,d rows, %d labels.%n",
        file, draft.said("product"), profile.rows(), profile.labels().size());
    draft.check().contradictions().stream()
        .filter(each -> each.level() == Plan.Level.WARN)
        .forEach(each -> out.printf("WARN rule %d: %s%n", each.rule(), each.message()));
    if (csv.isPresent()) {
      out.printf("Store the rows:  espalier data add %s %s%n", draft.dataset(), csv.get());
    }
    out.printf("See what it does:  espalier plan -f %s%n", file);
    out.flush();
    return 0;
  }

  /** Asks each question until its answer is one that a canvas takes; an empty line proposes. */
  private void interview(Draft draft, PrintWriter out) throws IOException {
    BufferedReader answers = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (Draft.Question question : Draft.Question.values()) {
      String proposal = draft.said(question.key());
      for (int attempt = 1; ; attempt++) {
        out.printf("%s [%s] ", question.asks(draft), proposal);
        out.flush();
        String line = line(answers);
        if (line.isEmpty()) {
          draft.say(question.key(), proposal);
          break;
        }
        draft.say(question.key(), line);
        List<String> wrong = draft.wrong();
        if (wrong.isEmpty()) {
          break;
        }
        wrong.forEach(each -> out.printf("  %s%n", each));
        if (attempt == ATTEMPTS) {
          out.flush();
          throw EspalierException.invalid(
              "Nothing is written: %d answers to '%s' were none."
                  .formatted(ATTEMPTS, question.asks(draft)));
        }
      }
    }
  }

  /** One line, without what surrounds it; empty at the end of the input. */
  private static String line(BufferedReader answers) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = answers.read(); next >= 0 && next != '\n'; next = answers.read()) {
      if (line.length() < LONGEST) {
        line.append((char) next);
      }
    }
    return line.toString().strip();
  }

  private static String stem(Path path) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    String plain = name.replaceAll("\\.[a-z]+$", "").replaceAll("[^a-z0-9]+", "-");
    return plain.replaceAll("^-|-$", "").isEmpty() ? "rows" : plain.replaceAll("^-|-$", "");
  }

  private void write(String text) throws IOException {
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException cameMeanwhile) {
      throw new EspalierException(
          ErrorCode.CONFLICT, "%s exists; name another file.".formatted(file), cameMeanwhile);
    }
  }

  private Profile profile() throws IOException {
    if (csv.isPresent()) {
      try (BufferedReader reader = Files.newBufferedReader(csv.get(), StandardCharsets.UTF_8)) {
        return csv(reader);
      } catch (java.nio.file.NoSuchFileException absent) {
        throw new EspalierException(ErrorCode.INVALID, "No file %s.".formatted(csv.get()), absent);
      } catch (java.nio.charset.CharacterCodingException notText) {
        throw new EspalierException(
            ErrorCode.INVALID, "%s is not UTF-8 text.".formatted(csv.get()), notText);
      }
    }
    if (data.isEmpty()) {
      return new Profile(0, Map.of());
    }
    JsonNode stored = server.api().get("/datasets/" + Api.id(data.get()));
    JsonNode snapshot = stored.has("snapshot") ? stored.path("snapshot") : stored;
    Map<String, Long> labels = new TreeMap<>();
    snapshot
        .path("labels")
        .properties()
        .forEach(each -> labels.put(each.getKey(), each.getValue().asLong()));
    return new Profile(snapshot.path("rows").asLong(), labels);
  }

  /** Counts the labels of a CSV file (RFC 4180: quoted fields may hold commas and line ends). */
  static Profile csv(BufferedReader reader) throws IOException {
    CsvRecords records = new CsvRecords(reader);
    int label = records.next().map(header -> header.indexOf("label")).orElse(-1);
    if (label < 0) {
      throw EspalierException.invalidField(
          "--csv", "columns", "The file has no column 'label'.", Optional.of("text,label"));
    }
    Map<String, Long> labels = new TreeMap<>();
    long rows = 0;
    for (var next = records.next(); next.isPresent(); next = records.next()) {
      rows++;
      if (label < next.get().size() && !next.get().get(label).isBlank()) {
        labels.merge(next.get().get(label), 1L, Long::sum);
      }
      if (labels.size() > MOST_LABELS) {
        throw EspalierException.invalidField(
            "--csv",
            "labels",
            "More than %d different labels: is 'label' really the label?".formatted(MOST_LABELS),
            Optional.empty());
      }
    }
    return new Profile(rows, labels);
  }
}
