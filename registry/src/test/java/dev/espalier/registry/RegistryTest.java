package dev.espalier.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Observation;
import dev.espalier.canvas.Resource;
import dev.espalier.canvas.Spec;
import dev.espalier.model.Bundles;
import dev.espalier.model.Signature;
import dev.espalier.platform.Database;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Json;
import dev.espalier.platform.MovableClock;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  private static final String PRODUCT = "spam";
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Signature SIGNATURE =
      new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 1000);
  @TempDir Path folder;
  private boolean stored = true;
  private String declaredPlace = "embedded_cas";
  private Database database;
  private Bundles bundles;
  private Events events;
  private Registry registry;

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    MovableClock machine = new MovableClock(START);
    ProductClocks clocks = new ProductClocks(database, machine);
    events = new Events(database, clocks, machine);
    bundles = new Bundles(new LocalArtifactStore(folder.resolve("artifacts")));
    registry = new Registry(database, bundles, clocks, events);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Digest bundle(String seed) {
    return bundles.write(
        "majority",
        SIGNATURE,
        Map.of(Bundles.SHARES, "{\"ham\":0.8,\"spam\":0.2}".getBytes(StandardCharsets.UTF_8)),
        Map.of("seed", seed));
  }

  private Registration registration(Signature signature, String data, String rung, String params) {
    return new Registration(
        PRODUCT,
        bundle(data + rung + params),
        "run_" + data,
        Digest.of(data),
        "1.0.0",
        Digest.of("canvas"),
        rung,
        signature,
        Json.tree(
            """
            {"results":[
              {"metric":"size","versus":"ABSOLUTE","op":"AT_MOST","bound":100,"value":42,"low":42,
               "high":42,"n":1,"verdict":"PASS","blocking":true,"detail":"x"},
              {"metric":"macro_f1","versus":"ABSOLUTE","op":"AT_LEAST","bound":0.9,"value":0.95,
               "low":0.91,"high":0.97,"n":400,"verdict":"PASS","blocking":true,"detail":"y"}],
             "passed":true,"summary":"2 of 2 gates pass."}
            """),
        Json.tree(
            """
            {"chosen":"bag","rows":[{"id":"rule","approach":"majority","value":0.4},
              {"id":"bag","approach":"linear","value":0.95}],"sentence":"Bag of words wins."}
            """),
        new TreeMap<>(Map.of("macro_f1", 0.95)),
        new TreeMap<>(Map.of("params", params, "attention_rows", "1e-7")));
  }

  private ModelVersion register(Signature signature, String data, String rung, String params) {
    Registration asked = registration(signature, data, rung, params);
    return registry.register(asked, data + rung + params + signature.maxCharacters());
  }

  @Test
  void numbers_versions_by_what_changed() {
    assertThat(register(SIGNATURE, "a", "bag", "1").version()).isEqualTo("1.0.0");
    ModelVersion rerun = registry.register(registration(SIGNATURE, "a", "bag", "1"), "again");
    assertThat(rerun.version()).isEqualTo("1.0.1");
    assertThat(register(SIGNATURE, "b", "bag", "1").version()).isEqualTo("1.1.0");
    assertThat(register(SIGNATURE, "b", "encoder", "1").bumpReason())
        .isEqualTo("Rung encoder instead of bag.");
    assertThat(register(SIGNATURE, "b", "encoder", "2").version()).isEqualTo("1.3.0");
    Signature longer = new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 2000);
    ModelVersion breaking = register(longer, "c", "bag", "1");
    assertThat(breaking.version()).isEqualTo("2.0.0");
    assertThat(breaking.bumpReason()).isEqualTo("The signature changed.");
    Signature relabelled =
        new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "junk", "spam"), 2000);
    assertThat(register(relabelled, "d", "bag", "1").bumpReason()).isEqualTo("The labels changed.");
    assertThat(registry.versions(PRODUCT))
        .extracting(ModelVersion::number)
        .containsExactly(1, 2, 3, 4, 5, 6, 7);
  }

  @Test
  void survives_a_restart_unchanged() {
    ModelVersion registered = register(SIGNATURE, "a", "bag", "1");
    ProductClocks clocks = new ProductClocks(database, new MovableClock(START));
    Registry reopened = new Registry(database, bundles, clocks, events);
    assertThat(reopened.version(PRODUCT, "1.0.0")).isEqualTo(registered);
  }

  @Test
  void registers_the_same_key_once_even_from_many_threads() throws Exception {
    Registration asked = registration(SIGNATURE, "a", "bag", "1");
    List<Object> results = together(8, () -> registry.register(asked, "key"));
    assertThat(results).hasSize(8).allMatch(results.getFirst()::equals);
    assertThat(registry.versions(PRODUCT)).hasSize(1);
    assertThat(events.after(0, 100))
        .extracting(Events.Event::type)
        .containsExactly("version.registered");
  }

  @Test
  void gives_concurrent_registrations_distinct_numbers() throws Exception {
    List<Object> results =
        together(
            6,
            () -> {
              return registry.register(
                  registration(SIGNATURE, "a", "bag", "1"),
                  "key" + Thread.currentThread().threadId());
            });
    assertThat(results).hasSize(6).allMatch(ModelVersion.class::isInstance);
    assertThat(registry.versions(PRODUCT))
        .extracting(ModelVersion::version)
        .containsExactly("1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4", "1.0.5");
  }

  @Test
  void refuses_a_key_that_registered_something_else() {
    registry.register(registration(SIGNATURE, "a", "bag", "1"), "key");
    assertFails(
        ErrorCode.CONFLICT,
        () -> registry.register(registration(SIGNATURE, "b", "bag", "1"), "key"),
        "use a new key");
  }

  @Test
  void names_the_metadata_that_is_missing_and_registers_nothing() {
    assertFails(
        ErrorCode.INVALID,
        () ->
            registry.register(
                registration(SIGNATURE, "a", "bag", "1"),
                "key",
                Set.of("sbom", "card", "params", "dataset hash", "canvas_version", "metrics")),
        "card, sbom missing");
    assertThat(registry.versions(PRODUCT)).isEmpty();
    assertThat(events.latest()).isZero();
  }

  @Test
  void refuses_a_blank_key() {
    assertFails(
        ErrorCode.INVALID,
        () -> registry.register(registration(SIGNATURE, "a", "bag", "1"), " "),
        "1 to 200");
  }

  @Test
  void refuses_a_damaged_bundle() throws IOException {
    Registration asked = registration(SIGNATURE, "a", "bag", "1");
    damage(bundles.manifest(asked.bundle()).files().get(Bundles.SHARES).digest());
    assertFails(ErrorCode.INTERNAL, () -> registry.register(asked, "key"), Bundles.SHARES);
    assertThat(registry.versions(PRODUCT)).isEmpty();
  }

  @Test
  void lets_one_of_two_writers_move_an_alias() throws Exception {
    register(SIGNATURE, "a", "bag", "1");
    register(SIGNATURE, "b", "bag", "1");
    List<Object> results =
        together(
            2,
            () ->
                registry.moveAlias(
                    PRODUCT, "champion", Optional.empty(), "1.0.0", "rollout", "first"));
    assertThat(results).filteredOn(AliasMove.class::isInstance).hasSize(1);
    assertThat(results)
        .filteredOn(EspalierException.class::isInstance)
        .singleElement()
        .satisfies(failure ->
            assertThat(((EspalierException) failure).code()).isEqualTo(ErrorCode.CONFLICT));
    assertThat(registry.aliasHistory(PRODUCT)).hasSize(1);
  }

  @Test
  void keeps_the_history_of_an_alias() {
    register(SIGNATURE, "a", "bag", "1");
    register(SIGNATURE, "b", "bag", "1");
    registry.moveAlias(PRODUCT, "champion", Optional.empty(), "1.0.0", "ann", "first");
    registry.moveAlias(PRODUCT, "champion", Optional.of("1.0.0"), "1.1.0", "bob", "better");
    registry.moveAlias(PRODUCT, "champion", Optional.of("1.1.0"), "1.1.0", "bob", "again");
    assertThat(registry.alias(PRODUCT, "champion").orElseThrow().version()).isEqualTo("1.1.0");
    assertThat(registry.aliases(PRODUCT)).isEqualTo(Map.of("champion", "1.1.0"));
    assertThat(registry.aliasHistory(PRODUCT))
        .extracting(AliasMove::by)
        .containsExactly("ann", "bob");
    assertThat(registry.alias(PRODUCT, "previous")).isEmpty();
  }

  @Test
  void refuses_aliases_of_unknown_versions_and_odd_names() {
    register(SIGNATURE, "a", "bag", "1");
    assertFails(
        ErrorCode.NOT_FOUND,
        () -> registry.moveAlias(PRODUCT, "champion", Optional.empty(), "9.0.0", "ann", "x"),
        "9.0.0");
    assertFails(
        ErrorCode.INVALID,
        () -> registry.moveAlias(PRODUCT, "Cham pion", Optional.empty(), "1.0.0", "ann", "x"),
        "lower-case");
  }

  @Test
  void tells_where_a_version_comes_from() {
    register(SIGNATURE, "a", "bag", "1");
    register(SIGNATURE, "b", "bag", "1");
    Lineage lineage = registry.lineage(PRODUCT, "1.1.0");
    assertThat(lineage.predecessor()).contains("1.0.0");
    assertThat(lineage.snapshot()).isEqualTo(Digest.of("b"));
    assertThat(lineage.runId()).isEqualTo("run_b");
    assertThat(registry.lineage(PRODUCT, "1.0.0").predecessor()).isEmpty();
    assertFails(ErrorCode.NOT_FOUND, () -> registry.lineage(PRODUCT, "3.0.0"), "3.0.0");
  }

  @Test
  void reports_damaged_files_by_name() throws IOException {
    ModelVersion version = register(SIGNATURE, "a", "bag", "1");
    RegistryAudit audit = new RegistryAudit(registry, bundles);
    assertThat(audit.run(PRODUCT, START).damaged()).isEmpty();
    assertThat(audit.run(PRODUCT, START).blobs()).isEqualTo(2);
    damage(bundles.manifest(version.bundle()).files().get(Bundles.SHARES).digest());
    assertThat(audit.run(PRODUCT, START).damaged())
        .containsExactly(new RegistryAudit.Damage("1.0.0", Bundles.SHARES, version.bundle()));
    damage(version.bundle());
    assertThat(audit.run(PRODUCT, START).damaged())
        .extracting(RegistryAudit.Damage::file)
        .containsExactly("manifest");
  }

  @Test
  void reads_only_what_is_due() throws IOException {
    ModelVersion first = register(SIGNATURE, "a", "bag", "1");
    RegistryAudit audit = new RegistryAudit(registry, bundles);
    assertThat(audit.look(PRODUCT, START).read()).isEqualTo(1);
    assertThat(audit.look(PRODUCT, START.plusSeconds(60)).read()).isZero();
    register(SIGNATURE, "b", "bag", "1");
    RegistryAudit.Report second = audit.look(PRODUCT, START.plusSeconds(120));
    assertThat(second.read()).isEqualTo(1);
    assertThat(second.blobs()).isEqualTo(4);
    assertThat(second.versions()).isEqualTo(2);

    // A week later, and whenever the clock is set back, everything is read again.
    assertThat(audit.look(PRODUCT, START.plus(RegistryAudit.DUE)).read()).isEqualTo(1);
    assertThat(audit.look(PRODUCT, START.minusSeconds(1)).read()).isEqualTo(2);
    assertThat(audit.run(PRODUCT, START).read()).isEqualTo(2);

    damage(bundles.manifest(first.bundle()).files().get(Bundles.SHARES).digest());
    RegistryAudit.Report damaged = audit.look(PRODUCT, START);
    // Both versions share the file.
    assertThat(damaged.damaged())
        .extracting(RegistryAudit.Damage::version)
        .containsExactly("1.0.0", "1.1.0");
    assertThat(audit.look(PRODUCT, START).damaged()).hasSize(2);
    assertThat(audit.look(PRODUCT, START).read()).isZero();
  }

  @Test
  void finds_bits_that_rot_without_a_trace_when_the_week_is_over() throws IOException {
    ModelVersion version = register(SIGNATURE, "a", "bag", "1");
    RegistryAudit audit = new RegistryAudit(registry, bundles);
    audit.look(PRODUCT, START);
    Digest shares = bundles.manifest(version.bundle()).files().get(Bundles.SHARES).digest();
    Path file = stored(shares);
    var changed = Files.getLastModifiedTime(file);
    byte[] bytes = Files.readAllBytes(file);
    bytes[8] ^= 1;
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, changed);

    assertThat(audit.look(PRODUCT, START.plusSeconds(60)).damaged()).isEmpty();
    assertThat(audit.look(PRODUCT, START.plus(RegistryAudit.DUE)).damaged()).hasSize(1);
    // A process that has just started, and anybody who asks for it, reads at once.
    assertThat(new RegistryAudit(registry, bundles).look(PRODUCT, START).damaged()).hasSize(1);
    assertThat(audit.run(PRODUCT, START).damaged()).hasSize(1);
  }

  @Test
  void what_the_champion_did_not_pass_fails_its_clauses() {
    Registration poor =
        judged(
            registration(SIGNATURE, "a", "bag", "1"),
            "\"FAIL\"",
            """
            {"rows":[{"id":"rule","approach":"majority","value":0.4}],
             "sentence":"Nothing was chosen."}
            """);
    registry.register(poor, "poor");
    registry.moveAlias(PRODUCT, "champion", Optional.empty(), "1.0.0", "ann", "first");
    assertThat(seen("evaluation", "gates").pass()).contains(false);
    assertThat(seen("solution", "gates").pass()).contains(false);
    assertThat(seen("modeling", "ladder").pass()).contains(false);
    assertThat(seen("model", "ladder").pass()).contains(false);
    assertThat(seen("model", "ladder").detail()).isEqualTo("Declared linear; tried [majority].");
    assertThat(seen("feasibility", "probe").pass()).contains(false);
    assertThat(seen("feasibility", "probe").detail()).contains("no check of the data is on record");
    assertThat(seen("data", "snapshots").value()).hasValue(1);
    stored = false;
    assertThat(seen("data", "snapshots").value()).hasValue(0);
    assertThat(seen("data", "snapshots").detail()).contains("1.0.0");
  }

  private static Registration judged(Registration plain, String gate, String ladder) {
    return new Registration(
        plain.product(),
        plain.bundle(),
        plain.runId(),
        plain.snapshot(),
        plain.canvasVersion(),
        plain.canvasDigest(),
        plain.rung(),
        plain.signature(),
        Json.tree(Json.write(plain.gates()).replace("\"PASS\"", gate)),
        Json.tree(ladder),
        plain.metrics(),
        plain.meta());
  }

  @Test
  void a_champion_that_is_no_better_than_without_its_text_fails_the_ablation() {
    String ladder =
        """
        {"chosen":"%s","sentence":"","rows":[
          {"id":"v0","approach":"majority","value":0.4,"n":90,"verdict":"first"},
          {"id":"v1","approach":"linear","value":0.9,"low":0.8,"high":0.95,"n":90,"verdict":"%s"}]}
        """;
    List<String> chosen = List.of("v1", "v1", "v0");
    List<String> verdicts = List.of("better", "undecided", "undecided");
    for (int i = 0; i < chosen.size(); i++) {
      Registration plain = registration(SIGNATURE, "bundle" + i, "bag", "1");
      String text = ladder.formatted(chosen.get(i), verdicts.get(i));
      String version = registry.register(judged(plain, "\"PASS\"", text), "more " + i).version();
      Optional<String> before = Optional.ofNullable(registry.aliases(PRODUCT).get("champion"));
      registry.moveAlias(PRODUCT, "champion", before, version, "ann", "next");
      assertThat(seen("modeling", "ablation").pass()).contains(i == 0);
    }
    assertThat(seen("modeling", "ablation").detail()).contains("v0 at 0.400; the chosen v0");
  }

  @Test
  void an_alias_that_was_moved_past_the_registry_fails_its_history() {
    register(SIGNATURE, "a", "bag", "1");
    register(SIGNATURE, "b", "bag", "1");
    registry.moveAlias(PRODUCT, "champion", Optional.empty(), "1.0.0", "ann", "first");
    assertThat(seen("registry.versioning", "alias_history").pass()).contains(true);
    int moved =
        database.write(
            handle -> handle.createUpdate("UPDATE registered_alias SET number = 2").execute());
    assertThat(moved).isEqualTo(1);
    assertThat(seen("registry.versioning", "alias_history").pass()).contains(false);
  }

  @Test
  void a_number_that_does_not_follow_from_what_changed_fails_the_contract_diff() {
    register(SIGNATURE, "a", "bag", "1");
    assertThat(seen("registry.versioning", "contract_diff").pass()).contains(true);
    int renumbered =
        database.write(handle ->
            handle
                .createUpdate(
                    "UPDATE model_version SET version = '3.0.0', record = replace(record, '\"1.0.0\"', '\"3.0.0\"')")
                .execute());
    assertThat(renumbered).isEqualTo(1);
    assertThat(seen("registry.versioning", "contract_diff").pass()).contains(false);
  }

  @Test
  void says_nothing_before_anything_is_registered() {
    assertThat(observe()).isEmpty();
  }

  @Test
  void observes_the_champion_and_the_store() throws IOException {
    ModelVersion version = register(SIGNATURE, "a", "bag", "1");
    assertThat(observe()).noneMatch(seen -> seen.question().equals("evaluation"));
    registry.moveAlias(PRODUCT, "champion", Optional.empty(), "1.0.0", "ann", "first");
    assertThat(seen("registry.store", "completeness").value()).hasValue(0.5);
    assertThat(seen("registry.store", "completeness").detail()).contains("1.0.0 lacks card");
    assertThat(seen("registry.store", "rehash").value()).hasValue(0);
    assertThat(seen("registry.versioning", "contract_diff").pass()).contains(true);
    assertThat(seen("registry.versioning", "alias_history").n()).isEqualTo(1);
    assertThat(seen("evaluation", "gates").pass()).contains(true);
    assertThat(seen("nfr", "pre_deploy:size").value()).hasValue(42);
    assertThat(seen("solution", "gates").pass()).contains(true);
    assertThat(seen("modeling", "ladder").n()).isEqualTo(2);
    assertThat(seen("model", "ladder").pass()).contains(true);
    assertThat(seen("model", "attention_rows").value()).hasValue(1e-7);
    assertThat(seen("ct.schedule", "data_age").value()).hasValue(3600);
    assertThat(seen("deploy.format", "size").value()).hasValue(version.bytes());
    damage(version.bundle());
    assertThat(seen("registry.store", "rehash").value()).hasValue(1);
    assertThat(seen("deploy.format", "scan").value()).hasValue(1);
  }

  @Test
  void a_store_that_is_not_where_the_answer_says_fails_its_place() {
    register(SIGNATURE, "a", "bag", "1");
    assertThat(seen("registry.store", "place").pass()).contains(true);
    declaredPlace = "s3";
    Observation elsewhere = seen("registry.store", "place");
    assertThat(elsewhere.pass()).contains(false);
    assertThat(elsewhere.detail()).contains("says s3", "keeps bundles in embedded_cas");
  }

  private Observation seen(String question, String clause) {
    return observe().stream()
        .filter(seen -> seen.question().equals(question) && seen.clause().equals(clause))
        .findFirst()
        .orElseThrow();
  }

  private List<Observation> observe() {
    List<Resource> resources =
        List.of(
            Resource.of(
                "registry",
                "spam@1.0.0#registry.store",
                new Spec.RegistryPolicy(true, Set.of("params", "card"), "semver", Set.of())),
            Resource.of(
                "store",
                "spam@1.0.0#registry.store",
                new Spec.ModelStore(declaredPlace, Set.of("rollback"), "prod forever")),
            Resource.of(
                "size",
                "spam@1.0.0#solution",
                new Spec.Gate(
                    "size",
                    Spec.Op.AT_MOST,
                    100,
                    Spec.Versus.ABSOLUTE,
                    Optional.empty(),
                    1,
                    "block",
                    true)),
            Resource.of(
                "model",
                "spam@1.0.0#model",
                new Spec.Architecture("linear", 2, 4, 64, 256, 128, 8000, "bpe", 0.1)),
            Resource.of(
                "efficiency",
                "spam@1.0.0#nfr",
                new Spec.Requirement(
                    "efficiency", "size", Spec.Op.AT_MOST, 100, Set.of("pre_deploy"), true)));
    CanvasVersion canvas =
        new CanvasVersion(
            PRODUCT,
            "1.0.0",
            Digest.of("canvas"),
            Digest.of("content"),
            Optional.empty(),
            START,
            "ann",
            resources);
    return new RegistryEvidence(
            registry,
            new RegistryAudit(registry, bundles),
            _ -> Optional.of(START.minusSeconds(3600)),
            _ -> stored,
            "embedded_cas")
        .observe(PRODUCT, canvas, START);
  }

  private void damage(Digest digest) throws IOException {
    Files.writeString(stored(digest), "rot");
  }

  private Path stored(Digest digest) {
    return folder
        .resolve("artifacts")
        .resolve(digest.hex().substring(0, 2))
        .resolve(digest.hex().substring(2));
  }

  /** Runs the same call on several threads at once; a failure is a result too. */
  private static List<Object> together(int threads, Callable<Object> call)
      throws InterruptedException {
    CountDownLatch ready = new CountDownLatch(threads);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Object>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        futures.add(
            executor.submit(() -> {
              ready.countDown();
              ready.await();
              return call.call();
            }));
      }
      List<Object> results = new ArrayList<>();
      for (Future<Object> future : futures) {
        try {
          results.add(future.get());
        } catch (ExecutionException failure) {
          results.add(failure.getCause());
        }
      }
      return results;
    }
  }

  private static void assertFails(ErrorCode code, Runnable call, String words) {
    assertThatThrownBy(call::run)
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining(words)
        .satisfies(failure -> assertThat(((EspalierException) failure).code()).isEqualTo(code));
  }
}
