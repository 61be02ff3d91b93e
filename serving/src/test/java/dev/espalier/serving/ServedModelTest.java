package dev.espalier.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.EspalierException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Leases: an engine is never closed while somebody uses it, whatever happens around it. */
class ServedModelTest {
  private final Script script = new Script(2);
  private final AtomicInteger opened = new AtomicInteger();

  @AfterEach
  void close() {
    script.close();
    assertThat(script.misuse).hasValue(0);
  }

  private ServedModel model() {
    return new ServedModel(
        "mail 1",
        () -> {
          opened.incrementAndGet();
          return script.open(Script.PRODUCT, "1");
        });
  }

  @Test
  void the_last_lease_closes_what_nobody_holds_any_more() {
    ServedModel model = model();
    model.hold();
    ServedModel.Lease one = model.lease().orElseThrow();
    ServedModel.Lease other = model.lease().orElseThrow();
    model.release();
    assertThat(model.state()).isEqualTo(ServedModelState.DRAINING);
    assertThat(model.lease()).as("no new work for what drains").isEmpty();
    one.close();
    one.close();
    assertThat(script.closed).as("a lease given back twice counts once").hasValue(0);
    other.close();
    assertThat(script.closed).hasValue(1);
    assertThat(model.state()).isEqualTo(ServedModelState.ABSENT);
  }

  @Test
  void what_drains_is_had_back_at_once_even_while_a_run_hangs() {
    ServedModel model = model();
    model.hold();
    ServedModel.Lease hung = model.lease().orElseThrow();
    model.release();
    model.hold();
    assertThat(model.state()).isEqualTo(ServedModelState.READY);
    assertThat(opened).as("no second load").hasValue(1);
    hung.close();
    assertThat(script.closed).hasValue(0);
    model.release();
    assertThat(script.closed).hasValue(1);
  }

  @Test
  void a_hundred_callers_join_one_load() {
    ServedModel model = model();
    List<CompletableFuture<Void>> callers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      callers.add(CompletableFuture.runAsync(model::hold, Thread::startVirtualThread));
    }
    callers.forEach(CompletableFuture::join);
    assertThat(opened).hasValue(1);
    for (int i = 0; i < 99; i++) {
      model.release();
    }
    assertThat(model.state()).isEqualTo(ServedModelState.READY);
    model.release();
    assertThat(model.state()).isEqualTo(ServedModelState.ABSENT);
  }

  @Test
  void a_failed_load_says_why_and_the_next_one_may_succeed() {
    AtomicBoolean broken = new AtomicBoolean(true);
    ServedModel model =
        new ServedModel(
            "mail 1",
            () -> {
              if (broken.get()) {
                throw EspalierException.invalid("damaged file");
              }
              return script.open(Script.PRODUCT, "1");
            });
    assertThatThrownBy(model::hold).hasMessageContaining("damaged");
    assertThat(model.state()).isEqualTo(ServedModelState.FAILED);
    assertThat(model.failure()).contains("damaged file");
    broken.set(false);
    model.hold();
    assertThat(model.state()).isEqualTo(ServedModelState.READY);
    assertThat(model.failure()).isEmpty();
    model.release();
  }

  @Test
  void a_model_whose_warm_up_is_unusable_is_closed_and_never_ready() {
    AtomicInteger closed = new AtomicInteger();
    ServedModel model =
        new ServedModel(
            "mail 1",
            () ->
                new dev.espalier.model.Engine() {
                  @Override
                  public dev.espalier.model.Signature signature() {
                    return new dev.espalier.model.Signature(
                        dev.espalier.model.Signature.TEXT_CLASSIFICATION,
                        List.of("ham", "spam"),
                        100);
                  }

                  @Override
                  public List<double[]> score(List<String> texts) {
                    return texts.stream().map(_ -> new double[] {Double.NaN, 0.2}).toList();
                  }

                  @Override
                  public void close() {
                    closed.incrementAndGet();
                  }
                });
    assertThatThrownBy(model::hold).hasMessageContaining("warm-up");
    assertThat(model.lease()).isEmpty();
    assertThat(closed).hasValue(1);
  }

  @Test
  void hold_all_holds_none_when_one_cannot_be_loaded() {
    ServedModels models = new ServedModels(script);
    assertThatThrownBy(() -> models.hold(Script.PRODUCT, Set.of("a", "missing", "b"), Set.of()))
        .isInstanceOf(EspalierException.class);
    assertThat(models.states(Script.PRODUCT).values()).doesNotContain(ServedModelState.READY);
    assertThat(script.opened.get()).isEqualTo(script.closed.get());
  }

  @Test
  void ten_thousand_random_loads_leases_and_releases_never_close_what_runs() {
    ServedModels models = new ServedModels(script);
    List<CompletableFuture<Void>> workers = new ArrayList<>();
    AtomicInteger runs = new AtomicInteger();
    for (int worker = 0; worker < 8; worker++) {
      SplittableRandom random = new SplittableRandom(worker);
      workers.add(
          CompletableFuture.runAsync(
              () -> interleave(models, random, runs), Thread::startVirtualThread));
    }
    workers.forEach(CompletableFuture::join);
    assertThat(runs.get()).isPositive();
    assertThat(script.misuse).hasValue(0);
    assertThat(models.states(Script.PRODUCT).values()).containsOnly(ServedModelState.ABSENT);
    assertThat(script.opened.get()).isEqualTo(script.closed.get());
  }

  private static void interleave(ServedModels models, SplittableRandom random, AtomicInteger runs) {
    for (int i = 0; i < 1250; i++) {
      String version = "v" + random.nextInt(3);
      switch (random.nextInt(3)) {
        case 0 -> {
          models.hold(Script.PRODUCT, Set.of(version), Set.of());
          Optional<ServedModel.Lease> lease = models.model(Script.PRODUCT, version).lease();
          models.release(Script.PRODUCT, Set.of(version));
          lease.ifPresent(taken -> use(taken, runs));
        }
        case 1 ->
            models.model(Script.PRODUCT, version).lease().ifPresent(taken -> use(taken, runs));
        default -> {
          Set<String> both = Set.of("v0", version.equals("v0") ? "v1" : version);
          models.hold(Script.PRODUCT, both, Set.of());
          models.release(Script.PRODUCT, both);
        }
      }
    }
  }

  private static void use(ServedModel.Lease lease, AtomicInteger runs) {
    try (lease) {
      runs.addAndGet(lease.engine().score(List.of("text")).size());
    }
  }

  @Test
  void closing_the_plane_under_load_refuses_cleanly_and_closes_nothing_that_runs() {
    script.serving.configure(
        Script.config(Duration.ofSeconds(30), Duration.ofSeconds(15)), Route.only("1"));
    script.acts.put("1", Script.slow(Duration.ofMillis(1)));
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    List<CompletableFuture<Void>> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      clients.add(
          CompletableFuture.runAsync(
              () -> {
                while (!stop.get()) {
                  try {
                    Answer _ = script.serving.predict(Script.PRODUCT, Ask.of("text"));
                    answered.incrementAndGet();
                  } catch (EspalierException gone) {
                    refused.incrementAndGet();
                    stop.set(true);
                  }
                }
              },
              Thread::startVirtualThread));
    }
    while (answered.get() < 50 && !stop.get()) {
      Thread.onSpinWait();
    }
    script.serving.close();
    clients.forEach(CompletableFuture::join);
    assertThat(refused.get()).isPositive();
    assertThat(script.opened.get()).isEqualTo(1);
  }
}
