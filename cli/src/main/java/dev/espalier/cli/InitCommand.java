package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
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
import java.time.LocalDate;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
  @Spec CommandSpec spec = CommandSpec.create();
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

  private final InputStream in = System.in;

  /** What the data say: rows, and rows of each label. */
  record Profile(long rows, Map<String, Long> labels) {
    Profile {
      labels = new TreeMap<>(labels);
    }

    long smallest() {
      return labels.values().stream().min(Long::compare).orElse(0L);
    }

    Optional<String> commonest() {
      return labels.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }
  }

  @Override
  public Integer call() throws IOException {
    if (Files.exists(file)) {
      throw new EspalierException(
          ErrorCode.CONFLICT, "%s exists; name another file.".formatted(file));
    }
    Profile profile = profile();
    PrintWriter out = spec.commandLine().getOut();
    BufferedReader answers = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    String dataset = data.orElse(csv.map(InitCommand::stem).orElse("rows"));
    String product = ask(out, answers, "What is the product called?", name.orElse(dataset));
    String owner = ask(out, answers, "Who owns it?", user());
    String whom = ask(out, answers, "Who uses it?", "its users");
    String benefit = ask(out, answers, "What do they gain?", "each text gets its label at once");
    String metric = profile.labels().size() == 2 ? "balanced_accuracy" : "macro_f1";
    String target = ask(out, answers, "Which " + metric + " must it reach?", "0.8");
    String due =
        ask(
            out,
            answers,
            "By when?",
            LocalDate.now(java.time.ZoneOffset.UTC).plusMonths(6).toString());
    String volume = ask(out, answers, "How many predictions, per what?", "1000/day");
    String text =
        canvas(
            profile,
            dataset,
            Map.of(
                "product", product, "owner", owner, "whom", whom, "benefit", benefit, "metric",
                metric, "target", target, "due", due, "volume", volume));
    write(text);
    out.printf(
        "Wrote %s for %s: %,d rows, %d labels.%n",
        file, product, profile.rows(), profile.labels().size());
    if (csv.isPresent()) {
      out.printf("Store the rows:  espalier data add %s %s%n", dataset, csv.get());
    }
    out.printf("See what it does:  espalier plan -f %s%n", file);
    out.flush();
    return 0;
  }

  private String ask(PrintWriter out, BufferedReader answers, String question, String proposal)
      throws IOException {
    if (yes) {
      return proposal;
    }
    out.printf("%s [%s] ", question, proposal);
    out.flush();
    String line = answers.readLine();
    return line == null || line.isBlank() ? proposal : line.strip();
  }

  private static String user() {
    String name = System.getProperty("user.name", "").toLowerCase(Locale.ROOT);
    String plain = name.replaceAll("[^a-z0-9._-]", "");
    return plain.matches("[a-z0-9][a-z0-9._-]{0,63}") ? plain : "owner";
  }

  private static String stem(Path path) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    String plain = name.replaceAll("\\.[a-z]+$", "").replaceAll("[^a-z0-9]+", "-");
    return plain.replaceAll("^-|-$", "").isEmpty() ? "rows" : plain.replaceAll("^-|-$", "");
  }

  private static String canvas(Profile profile, String dataset, Map<String, String> said) {
    // A metric is shown from a tenth of the rows on, a class counts from half of the smallest.
    long minN = Math.max(20, Math.min(200, profile.rows() / 10));
    long perClass = Math.max(1, Math.min(50, profile.smallest() / 2));
    long minRows = Math.max(1, Math.min(1000, profile.rows()));
    String fallback =
        profile
            .commonest()
            .map(label ->
                """
                  fallback:
                    chain:
                      - {on: [timeout, error, post_fail], use: previous_champion}
                      - {on: ["*"], use: default_value, value: %s}
                """
                    .formatted(Json.write(label)))
            .orElse("");
    return """
    canvas: espalier/1
    product: {name: %s, authors: {%s: owner}}
    value: {for: %s, benefit: %s}
    objectives: [{metric: %s, target: %s, due: %s}]
    metrics: [{id: %s, primary: true, min_n: %d}]
    data:
      training: [{dataset: %s}]
    feasibility: {min_rows: %d, min_per_class: %d}
    serving:
      volume: %s
    %s\
    """
        .formatted(
            Json.write(said.getOrDefault("product", "")),
            said.getOrDefault("owner", ""),
            Json.write(said.getOrDefault("whom", "")),
            Json.write(said.getOrDefault("benefit", "")),
            said.getOrDefault("metric", ""),
            Json.write(">= " + said.getOrDefault("target", "")),
            said.getOrDefault("due", ""),
            said.getOrDefault("metric", ""),
            minN,
            dataset,
            minRows,
            perClass,
            Json.write(said.getOrDefault("volume", "")),
            fallback);
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
    JsonNode stored = server.api().get("/datasets/" + PipelineCommands.id(data.get()));
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
