package dev.espalier.serving;

import dev.espalier.model.Engine;
import dev.espalier.model.Signature;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A data plane whose versions do what a test says, and which notes every misuse of an engine. */
final class Script implements ModelSource, AutoCloseable {
  static final String PRODUCT = "mail";

  /** What an engine does once it is warm. */
  interface Act {
    double[] score(String text);
  }

  static final Act SPAM = _ -> new double[] {0.1, 0.9};
  static final Act HAM = _ -> new double[] {0.8, 0.2};
  static final Act ERROR =
      _ -> {
        throw new EspalierException(ErrorCode.INTERNAL, "broken");
      };
  static final Act NAN = _ -> new double[] {Double.NaN, 0.5};

  /** Two scores that are no distribution. */
  static final Act LOOSE = _ -> new double[] {0.7, 0.9};

  static final Act UNSURE = _ -> new double[] {0.5, 0.5};

  final List<InferenceRecord> log = Collections.synchronizedList(new ArrayList<>());
  final Map<String, Act> acts = new ConcurrentHashMap<>();
  final Map<String, List<String>> labels = new ConcurrentHashMap<>();

  /** What a version says while it is warmed up. */
  final Map<String, Act> first = new ConcurrentHashMap<>();

  final AtomicInteger misuse = new AtomicInteger();
  final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  final CountDownLatch never = new CountDownLatch(1);

  /** Runs that have begun to hang. */
  final AtomicInteger hung = new AtomicInteger();

  final Serving serving;

  Script(int permits) {
    this.serving =
        new Serving(
            this,
            log::add,
            _ -> Instant.EPOCH,
            InstantSource.fixed(Instant.EPOCH),
            new Ids(InstantSource.system(), new Random(1)),
            new ServingConfig(permits));
  }

  /** Hangs until {@link #release} or the test's end. */
  Act hanging() {
    return _ -> {
      hung.incrementAndGet();
      await(never);
      return new double[] {0.1, 0.9};
    };
  }

  static Act slow(Duration pause) {
    return _ -> {
      boolean _ = tryAwait(new CountDownLatch(1), pause);
      return new double[] {0.1, 0.9};
    };
  }

  static void await(CountDownLatch latch) {
    if (!tryAwait(latch, Duration.ofMinutes(1))) {
      throw new AssertionError("Waited a minute in vain");
    }
  }

  private static boolean tryAwait(CountDownLatch latch, Duration limit) {
    try {
      return latch.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void release() {
    never.countDown();
  }

  @Override
  public Engine open(String product, String version) {
    if (version.equals("missing")) {
      throw EspalierException.notFound("no such version");
    }
    opened.incrementAndGet();
    return new Scripted(version);
  }

  /** An endpoint with a generous deadline: the machine may be busy. */
  static EndpointConfig config(Duration timeout, Duration primary, Rung... rungs) {
    return config(EnumSet.allOf(PostRule.class), timeout, primary, rungs);
  }

  /** The same with a part of the rules about answers. */
  static EndpointConfig config(
      Set<PostRule> post, Duration timeout, Duration primary, Rung... rungs) {
    return new EndpointConfig(
        PRODUCT,
        timeout,
        primary,
        Duration.ofMillis(100),
        1000,
        0.6,
        EndpointConfig.OnPreFail.FALLBACK,
        List.of(rungs),
        8,
        Intake.ANY,
        post);
  }

  /** One warm engine; a run that overlaps or follows its closing is a misuse. */
  private final class Scripted implements Engine {
    private final String version;
    private final AtomicInteger running = new AtomicInteger();
    private volatile boolean ended;
    private volatile boolean warm;

    Scripted(String version) {
      this.version = version;
    }

    @Override
    public Signature signature() {
      return new Signature(
          Signature.TEXT_CLASSIFICATION,
          labels.getOrDefault(version, List.of("ham", "spam")),
          1000);
    }

    @Override
    public List<double[]> score(List<String> texts) {
      if (!warm) {
        warm = true;
        return texts.stream().map(first.getOrDefault(version, SPAM)::score).toList();
      }
      running.incrementAndGet();
      try {
        if (ended) {
          misuse.incrementAndGet();
        }
        return texts.stream().map(acts.getOrDefault(version, SPAM)::score).toList();
      } finally {
        if (ended) {
          misuse.incrementAndGet();
        }
        running.decrementAndGet();
      }
    }

    @Override
    public void close() {
      if (running.get() > 0 || ended) {
        misuse.incrementAndGet();
      }
      ended = true;
      closed.incrementAndGet();
    }
  }

  @Override
  public void close() {
    release();
    serving.close();
  }
}
