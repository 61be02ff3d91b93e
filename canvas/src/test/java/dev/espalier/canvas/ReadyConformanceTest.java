package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is ready in memory is what a fresh reader finds in the store, whatever happened between. */
class ReadyConformanceTest {
  private static final String CANVAS =
      """
      canvas: espalier/1
      product: {name: %s, authors: {ana: owner}}
      metrics: [{id: macro_f1, primary: yes}]
      serving: {volume: %d/s, mode: {online: {p95: %dms}}}
      feasibility: {deferred: {owner: ben, due: 2026-11-23}}
      """;
  private static final String WAIVER =
      "waivers: [{question: serving.mode, until: 2026-11-29, why: \"the new machine comes\"}]\n";

  @TempDir Path folder;
  private CanvasKit kit;

  @BeforeEach
  void open() {
    kit = CanvasKit.in(folder);
  }

  @AfterEach
  void close() {
    kit.close();
  }

  /** What another process would read from the same home at this instant. */
  private Canvases fresh() {
    return new Canvases(
        kit.database,
        new ProductClocks(kit.database, kit.clock),
        kit.events,
        new Ids(kit.clock, new Random(9)),
        kit.clock);
  }

  private static String canvas(Random random, String product) {
    String plain = CANVAS.formatted(product, 5 + random.nextInt(20), 20 + 10 * random.nextInt(5));
    return random.nextInt(3) == 0 ? plain + WAIVER : plain;
  }

  private static Observation seen(Random random, CanvasKit kit, Conformance board) {
    List<Conformance.QuestionRow> asked =
        board.questions().stream().filter(each -> !each.evidence().isEmpty()).toList();
    Conformance.QuestionRow row = asked.get(random.nextInt(asked.size()));
    Conformance.EvidenceRow clause = row.evidence().get(random.nextInt(row.evidence().size()));
    double[] values = {0, -0.0, 1.0 / 3, 35, 1e9, Double.NaN, Double.POSITIVE_INFINITY};
    double value = values[random.nextInt(values.length)];
    return new Observation(
        row.question(),
        clause.clause(),
        "1.0." + random.nextInt(2),
        kit.clock.instant().minusNanos(random.nextInt(1_000_000_000)),
        random.nextInt(700),
        random.nextInt(4) == 0 ? OptionalDouble.empty() : OptionalDouble.of(value),
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of(new Observation.Interval(value - 1, value + 1)),
        random.nextInt(4) == 0 ? Optional.empty() : Optional.of(random.nextInt(5) > 0),
        "seen – 'it'",
        "/x");
  }

  private void act(Random random, String product) {
    switch (random.nextInt(8)) {
      case 0 -> kit.apply(canvas(random, product));
      case 1 -> kit.clock.advance(Duration.ofMinutes(random.nextInt(3000)));
      case 2 -> kit.clock.advance(Duration.ofDays(random.nextInt(40)));
      case 3 ->
          assertThatThrownBy(() ->
                  kit.database.write(handle -> {
                    kit.canvases.record(product, several(random, product));
                    throw new IllegalStateException("taken back");
                  }))
              .hasMessage("taken back");
      default -> kit.canvases.record(product, several(random, product));
    }
  }

  private List<Observation> several(Random random, String product) {
    Conformance board = kit.canvases.conformance(product);
    List<Observation> all = new ArrayList<>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      all.add(seen(random, kit, board));
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void memory_and_store_agree_after_any_sequence_of_acts(long seed) {
    Random random = new Random(seed);
    List<String> products = List.of("mail-filter", "other-mail");
    products.forEach(product -> kit.apply(canvas(random, product)));
    for (int step = 0; step < 40; step++) {
      act(random, products.get(random.nextInt(2)));
      Canvases fresh = fresh();
      for (String product : products) {
        assertThat(kit.canvases.conformance(product))
            .as("seed %d, step %d, %s", seed, step, product)
            .isEqualTo(fresh.conformance(product));
        byte[] draft = canvas(random, product).getBytes(StandardCharsets.UTF_8);
        assertThat(kit.canvases.check(product, draft))
            .as("what was measured bears on the rules: seed %d, step %d", seed, step)
            .isEqualTo(fresh.check(product, draft));
      }
    }
  }

  @Test
  void readers_beside_a_writer_never_see_an_older_state_again() throws Exception {
    kit.apply(CANVAS.formatted("mail-filter", 10, 40));
    AtomicBoolean done = new AtomicBoolean();
    CountDownLatch reading = new CountDownLatch(3);
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        all.add(
            readers.submit(() -> {
              long last = 0;
              while (!done.get()) {
                long n = row(kit.canvases.conformance("mail-filter")).n().orElse(0L);
                assertThat(n).isGreaterThanOrEqualTo(last);
                last = n;
                reading.countDown();
              }
              return last;
            }));
      }
      reading.await();
      for (int n = 1; n <= 150; n++) {
        kit.measured("serving.mode", "p95", n, 30);
        assertThat(row(kit.canvases.conformance("mail-filter")).n())
            .as("who has written reads it at once")
            .hasValue((long) n);
      }
      done.set(true);
      for (Future<Long> each : all) {
        assertThat(each.get()).isLessThanOrEqualTo(150);
      }
    }
    assertThat(fresh().conformance("mail-filter"))
        .isEqualTo(kit.canvases.conformance("mail-filter"));
  }

  private static Conformance.EvidenceRow row(Conformance board) {
    return board.questions().stream()
        .filter(each -> each.question().equals("serving.mode"))
        .flatMap(each -> each.evidence().stream())
        .filter(each -> each.clause().equals("p95"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void the_bound_holds_whatever_comes_and_what_is_over_it_alone_is_not_kept() {
    Recent<Integer, List<Integer>> recent = new Recent<>(100, List::size);
    Random random = new Random(7);
    Map<Integer, List<Integer>> newest = new HashMap<>();
    for (int step = 0; step < 5_000; step++) {
      int key = random.nextInt(40);
      List<Integer> value = Collections.nCopies(random.nextInt(12), step);
      if (random.nextInt(3) == 0) {
        newest.put(key, value);
        recent.put(key, value);
      } else {
        List<Integer> stored = newest.getOrDefault(key, List.of());
        assertThat(recent.get(key, () -> stored)).as("never an older value").isEqualTo(stored);
      }
      assertThat(recent.held()).isBetween(0L, 100L);
    }
    assertThat(recent.held()).as("and it is used").isGreaterThan(85);
    recent.put(99, Collections.nCopies(101, 1));
    assertThat(recent.get(99, () -> List.of(2))).as("read again").containsExactly(2);
    recent.put(99, List.of());
    long before = recent.held();
    recent.put(99, List.of(1, 2));
    recent.put(99, List.of(1));
    assertThat(recent.held()).as("a smaller value weighs less").isLessThanOrEqualTo(before + 1);
  }

  /** Letting go of what was asked for longest ago would read every one of them again, each time. */
  @Test
  void a_walk_in_turn_over_a_little_more_than_fits_still_finds_most_of_it() {
    Recent<Integer, Integer> recent = new Recent<>(1000, _ -> 1);
    AtomicInteger read = new AtomicInteger();
    for (int round = 0; round < 20; round++) {
      if (round == 10) {
        read.set(0);
      }
      for (int key = 0; key < 1100; key++) {
        int asked = key;
        assertThat(
                recent.get(
                    key,
                    () -> {
                      read.incrementAndGet();
                      return asked;
                    }))
            .isEqualTo(key);
      }
      assertThat(recent.held()).isLessThanOrEqualTo(1000);
    }
    // By chance 0.82 of them: h solves 1100 (1 - h) = -1000 ln h, each stay ending by a draw.
    assertThat(read.get() / 11_000.0).isBetween(0.1, 0.25);
  }

  @Test
  void what_is_asked_for_all_the_time_comes_back_after_a_walk_over_everything() {
    Recent<Integer, Integer> recent = new Recent<>(10, _ -> 1);
    for (int key = 0; key < 1000; key++) {
      int asked = key;
      assertThat(recent.get(key, () -> asked)).isEqualTo(key);
    }
    assertThat(recent.get(5, () -> 55)).as("let go meanwhile, read again").isEqualTo(55);
    assertThat(recent.get(5, () -> 66)).as("and kept").isEqualTo(55);
  }

  /** A thousand such products fit the heap of the server: it starts with 1 GiB. */
  @Test
  void a_thousand_products_with_the_longest_canvas_fit_a_heap_of_one_gibibyte() throws Exception {
    String text = Files.readString(Path.of("../examples/mail-filter/canvas.yaml"));
    kit.apply(text);
    String product = kit.canvases.products().getFirst();
    kit.canvases.record(
        product,
        kit.canvases.conformance(product).questions().stream()
            .flatMap(row ->
                row.evidence().stream()
                    .map(clause ->
                        Observation.verdict(
                            row.question(),
                            clause.clause(),
                            "1.0.0",
                            kit.clock.instant(),
                            500,
                            true,
                            "seen – 'it' – as the sentence of a stage that observes it says it",
                            "/api/v1/x")))
            .toList());
    long heap = 1L << 30;
    assertThat(Readings.bytes(kit.canvases.current(product)) * 1000)
        .isLessThan(heap / Readings.PART);
    assertThat(EvidenceStore.bytes(new EvidenceStore(kit.database).heads(product)) * 1000)
        .isLessThan(heap / EvidenceStore.PART);
  }

  @Test
  void what_was_read_while_another_value_came_in_is_not_kept() {
    Recent<String, Map<String, Integer>> recent = new Recent<>(10, Map::size);
    assertThat(
            recent.get(
                "a",
                () -> {
                  recent.put("a", Map.of("n", 2));
                  return Map.of("n", 1);
                }))
        .isEqualTo(Map.of("n", 1));
    assertThat(recent.get("a", Map::of)).isEqualTo(Map.of("n", 2));
  }

  @Test
  void an_attestation_is_ready_with_its_commit() {
    kit.apply(Canvas.complete());
    String product = kit.canvases.products().getFirst();
    Conformance.QuestionRow asked =
        kit.canvases.conformance(product).questions().stream()
            .filter(each ->
                each.evidence().stream()
                    .anyMatch(row ->
                        row.kind() == Clause.Kind.ATTEST && row.state() == State.NO_EVIDENCE))
            .findFirst()
            .orElseThrow();
    String clause =
        asked.evidence().stream()
            .filter(row -> row.kind() == Clause.Kind.ATTEST)
            .findFirst()
            .orElseThrow()
            .clause();
    kit.canvases.attest(product, asked.question(), clause, "Read it.", Caller.named("ben"));
    assertThat(fresh().conformance(product)).isEqualTo(kit.canvases.conformance(product));
  }
}
