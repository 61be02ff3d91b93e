package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
  void what_nobody_asked_for_goes_first_and_the_bound_holds() {
    Recent<String, List<Integer>> recent = new Recent<>(10, List::size);
    recent.put("a", List.of(1, 2, 3, 4));
    recent.put("b", List.of(1, 2, 3, 4));
    assertThat(recent.get("a", List::of)).hasSize(4);
    recent.put("c", List.of(1, 2, 3, 4));
    assertThat(recent.held()).isEqualTo(8);
    assertThat(recent.get("a", List::of)).as("asked for lately").hasSize(4);
    assertThat(recent.get("b", () -> List.of(9))).as("read again").containsExactly(9);
    recent.put("c", List.of(1));
    assertThat(recent.held()).as("a smaller value weighs less").isEqualTo(6);
    recent.put("huge", List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    assertThat(recent.held()).as("what is over the bound alone is not kept").isZero();
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
