package dev.espalier.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.platform.CanonicalJson;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes, verifies and loads bundles. A bundle is a manifest in the artifact store that names its
 * files by digest; equal files are stored once. Loading hashes every file, refuses what is not on
 * the list of its kind, and replays the golden rows. Nothing in a bundle can carry code: pickles
 * and serialised Java objects are refused. Thread-safe.
 */
public final class Bundles {
  /** Golden rows must be reproduced this closely, in probability. */
  public static final double GOLDEN_TOLERANCE = 1e-5;

  /** {@code {"text": …, "probabilities": […]}} a line. */
  public static final String GOLDEN = "golden.jsonl";

  public static final String WEIGHTS = "weights.bin";
  public static final String SHARES = "shares.json";
  public static final String GRAPH = "model.onnx";
  public static final String TOKENIZER = "tokenizer.json";
  public static final String HEAD = "head.bin";

  /** The fact that names a calibrated model's temperature. */
  public static final String TEMPERATURE = Temperature.FACT;

  /** The kind of a model that was made elsewhere. */
  public static final String EXTERNAL = "external";

  private static final Map<String, Set<String>> FILES =
      Map.of(
          "majority",
          Set.of(SHARES),
          "linear",
          Set.of(WEIGHTS),
          "frozen_encoder",
          Set.of(GRAPH, TOKENIZER, HEAD),
          "encoder",
          Set.of(GRAPH, TOKENIZER),
          EXTERNAL,
          Set.of(GRAPH));
  private static final Set<String> OPTIONAL = Set.of(GOLDEN, "card.md", "ladder.json");
  private final ArtifactStore artifacts;

  public Bundles(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /** One golden row. */
  public record Golden(String text, List<Double> probabilities) {}

  /**
   * Stores a bundle.
   *
   * @param facts for encoders {@code maxTokens} is required; {@code temperature} is what a
   *     calibrated model's logits are divided by
   * @throws EspalierException INVALID for an unknown kind, a missing or unexpected file, or a file
   *     that could carry code
   */
  public Digest write(
      String kind, Signature signature, Map<String, byte[]> files, Map<String, String> facts) {
    checkNames(kind, files.keySet());
    SortedMap<String, Manifest.FileEntry> entries = new TreeMap<>();
    files.forEach((name, content) -> {
      List<String> findings = Scanner.findings(name, content);
      if (!findings.isEmpty()) {
        throw EspalierException.invalid("Refused: " + findings.getFirst());
      }
      entries.put(name, new Manifest.FileEntry(artifacts.put(content), content.length));
    });
    Manifest manifest = new Manifest(kind, signature, entries, new TreeMap<>(facts));
    return artifacts.put(CanonicalJson.bytes(Json.tree(manifest)));
  }

  private static void checkNames(String kind, Set<String> names) {
    Set<String> required = FILES.get(kind);
    if (required == null) {
      throw EspalierException.invalid(
          "No bundle kind '%s'; known: %s.".formatted(kind, new TreeMap<>(FILES).keySet()));
    }
    for (String name : required) {
      if (!names.contains(name)) {
        throw EspalierException.invalid("A bundle of kind %s needs %s.".formatted(kind, name));
      }
    }
    for (String name : names) {
      if (!required.contains(name) && !OPTIONAL.contains(name)) {
        throw EspalierException.invalid(
            "A bundle of kind %s has no place for %s.".formatted(kind, name));
      }
    }
  }

  /** The verified manifest. */
  public Manifest manifest(Digest bundle) {
    return Json.read(artifacts.read(bundle), Manifest.class);
  }

  /** One verified file of a bundle. */
  public byte[] file(Digest bundle, String name) {
    Manifest.FileEntry entry = manifest(bundle).files().get(name);
    if (entry == null) {
      throw EspalierException.notFound("Bundle %s has no %s.".formatted(bundle.brief(), name));
    }
    return artifacts.read(entry.digest());
  }

  /**
   * Writes a bundle as one ZIP: {@code manifest.json} and the files that it names, in order and
   * without times, so that the same bundle is the same bytes. Each file is verified before its
   * bytes go out; the stream stays open.
   *
   * @throws EspalierException INTERNAL when a stored file is no longer what the manifest says
   */
  public void zip(Digest bundle, OutputStream out) throws IOException {
    byte[] manifest = artifacts.read(bundle);
    ZipOutputStream zip = new ZipOutputStream(out);
    entry(zip, "manifest.json", manifest);
    for (Map.Entry<String, Manifest.FileEntry> file : manifest(bundle).files().entrySet()) {
      entry(zip, file.getKey(), artifacts.read(file.getValue().digest()));
    }
    zip.finish();
  }

  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** The length of all files and the manifest. */
  public long bytes(Digest bundle) {
    return artifacts.size(bundle)
        + manifest(bundle).files().values().stream().mapToLong(Manifest.FileEntry::bytes).sum();
  }

  /** The names of files whose stored bytes are missing or no longer what the manifest says. */
  public List<String> damaged(Digest bundle) {
    List<String> damaged = new ArrayList<>();
    if (damaged(artifacts, bundle)) {
      return List.of("manifest");
    }
    manifest(bundle)
        .files()
        .forEach((name, entry) -> {
          if (damaged(artifacts, entry.digest())) {
            damaged.add(name);
          }
        });
    return damaged;
  }

  /** What can be seen of a bundle's stored files without reading them; its manifest comes first. */
  public List<String> stamps(Digest bundle) {
    List<String> stamps = new ArrayList<>();
    stamps.add(artifacts.stamp(bundle));
    if (damaged(artifacts, bundle)) {
      return stamps;
    }
    manifest(bundle).files().values().forEach(file -> stamps.add(artifacts.stamp(file.digest())));
    return stamps;
  }

  private static boolean damaged(ArtifactStore artifacts, Digest digest) {
    return !artifacts.exists(digest) || !artifacts.verify(digest);
  }

  /** Looks at every byte without loading anything. */
  public ScanReport scan(Digest bundle) {
    Manifest manifest = manifest(bundle);
    List<String> findings = new ArrayList<>();
    manifest
        .files()
        .forEach((name, entry) ->
            findings.addAll(Scanner.findings(name, artifacts.read(entry.digest()))));
    return new ScanReport(manifest.files().size(), findings);
  }

  /**
   * Loads a bundle: verifies every hash, builds the engine, replays the golden rows.
   *
   * @throws EspalierException NOT_FOUND, or INVALID and INTERNAL when the bundle is not sound
   */
  public Engine load(Digest bundle) {
    Manifest manifest = manifest(bundle);
    checkNames(manifest.kind(), manifest.files().keySet());
    Map<String, byte[]> files = new TreeMap<>();
    manifest.files().forEach((name, entry) -> files.put(name, artifacts.read(entry.digest())));
    Engine engine = engine(manifest, files);
    try {
      double difference = goldenDifference(engine, golden(bundle));
      // Written so that a difference that is no number fails.
      if (!(difference <= GOLDEN_TOLERANCE)) {
        throw EspalierException.invalid(
            "Bundle %s answers its golden rows differently by %.2g; allowed is %.0e."
                .formatted(bundle.brief(), difference, GOLDEN_TOLERANCE));
      }
      return engine;
    } catch (RuntimeException failure) {
      engine.close();
      throw failure;
    }
  }

  /** The golden rows of a bundle; empty when it has none. */
  public List<Golden> golden(Digest bundle) {
    Manifest.FileEntry entry = manifest(bundle).files().get(GOLDEN);
    return entry == null
        ? List.of()
        : new String(artifacts.read(entry.digest()), StandardCharsets.UTF_8)
            .lines()
            .map(line -> Json.read(line, Golden.class))
            .toList();
  }

  /** The largest difference, in probability, between an engine and golden rows. */
  public static double goldenDifference(Engine engine, List<Golden> rows) {
    double largest = 0;
    List<double[]> scores = engine.score(rows.stream().map(Golden::text).toList());
    for (int row = 0; row < rows.size(); row++) {
      for (int label = 0; label < scores.get(row).length; label++) {
        double expected = rows.get(row).probabilities().get(label);
        largest = Math.max(largest, Math.abs(scores.get(row)[label] - expected));
      }
    }
    return largest;
  }

  /** Golden rows of an engine, as a file. */
  public static byte[] goldenFile(Engine engine, List<String> texts) {
    List<double[]> scores = engine.score(texts);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < texts.size(); i++) {
      List<Double> row = java.util.Arrays.stream(scores.get(i)).boxed().toList();
      lines.append(Json.write(new Golden(texts.get(i), row))).append('\n');
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The engine of files that are not stored yet: what training scores with. */
  public static Engine engine(
      String kind, Signature signature, Map<String, byte[]> files, Map<String, String> facts) {
    return engine(
        new Manifest(kind, signature, new TreeMap<>(), new TreeMap<>(facts)), new TreeMap<>(files));
  }

  private static Engine engine(Manifest manifest, Map<String, byte[]> files) {
    Signature signature = manifest.signature();
    Temperature temperature = Temperature.of(manifest.facts());
    return switch (manifest.kind()) {
      case "majority" -> new MajorityEngine(signature, shares(file(files, SHARES)));
      case "linear" ->
          new LinearEngine(signature, LinearModel.read(file(files, WEIGHTS)), temperature);
      case "frozen_encoder" ->
          new FrozenEncoderEngine(
              signature,
              new EncoderEmbedding(file(files, GRAPH), file(files, TOKENIZER), maxTokens(manifest)),
              LinearModel.read(file(files, HEAD)),
              temperature);
      case "encoder" ->
          new OnnxTextEngine(
              signature,
              file(files, GRAPH),
              file(files, TOKENIZER),
              maxTokens(manifest),
              temperature);
      case EXTERNAL -> new OnnxGraphEngine(signature, file(files, GRAPH));
      default -> throw EspalierException.invalid("No bundle kind " + manifest.kind());
    };
  }

  private static byte[] file(Map<String, byte[]> files, String name) {
    byte[] content = files.get(name);
    if (content == null) {
      throw EspalierException.invalid("The bundle lacks " + name + ".");
    }
    return content;
  }

  private static int maxTokens(Manifest manifest) {
    String text = manifest.facts().getOrDefault("maxTokens", "");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException notANumber) {
      throw EspalierException.invalid("An encoder's manifest needs maxTokens, not '" + text + "'.");
    }
  }

  private static double[] shares(byte[] file) {
    JsonNode node = Json.read(file, JsonNode.class);
    if (!node.isArray()) {
      throw new EspalierException(ErrorCode.INVALID, SHARES + " must be an array of numbers.");
    }
    double[] shares = new double[node.size()];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = node.get(i).asDouble();
    }
    return shares;
  }
}
