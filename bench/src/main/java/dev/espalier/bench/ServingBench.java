package dev.espalier.bench;

import dev.espalier.cli.Api;
import dev.espalier.model.Engine;
import dev.espalier.platform.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a served model answers over HTTP, beside the same model called in process by as many threads
 * as there are cores, and beside the HTTP library with nothing behind it.
 */
final class ServingBench implements Bench {
  private static final int CONNECTIONS = 8;
  private static final double OPEN_SHARE = 0.5;
  private final int cores = Runtime.getRuntime().availableProcessors();

  /** The rounds of one model. */
  private static final class Rounds {
    final List<Double> inProcess = new ArrayList<>();
    final List<Double> floor = new ArrayList<>();
    final List<Double> served = new ArrayList<>();
    final List<Double> p50 = new ArrayList<>();
    final List<Double> p99 = new ArrayList<>();
    final List<Double> alone = new ArrayList<>();
    final List<Double> open50 = new ArrayList<>();
    final List<Double> open99 = new ArrayList<>();
    final List<Double> cpuMicros = new ArrayList<>();
    double rate;
    long failures;
  }

  @Override
  public Section measure(Setting setting) throws Exception {
    Path home = setting.work().resolve("serving");
    List<String> texts = ServedProduct.texts(500);
    List<List<String>> rows = new ArrayList<>();
    try (Program server = Program.server(setting.program(), home);
        Program floor = Program.start(setting.java(HttpFloor.class))) {
      Api api = new Api(server.url());
      ServedProduct.addMails(api);
      for (String approach : List.of("linear", "frozen_encoder")) {
        ServedProduct product =
            ServedProduct.release(api, "bench-" + approach.replace('_', '-'), approach);
        List<byte[]> bodies = texts.stream().map(text -> Json.bytes(Map.of("text", text))).toList();
        String path = "/api/v1/predict/" + product.name();
        try (Engine engine = product.open(home)) {
          rows.addAll(
              rows(
                  approach.equals("linear") ? "bag of words" : "MiniLM and a linear head",
                  rounds(
                      setting,
                      server,
                      new HttpLoad(server.port(), path, bodies),
                      new HttpLoad(floor.port(), "/", bodies),
                      engine,
                      texts)));
        }
      }
    }
    return new Section(
        "serving",
        "Serving",
        List.of(
            "model",
            "load",
            "answers/s",
            "of in process",
            "of bare HTTP",
            "p50, ms",
            "p99, ms",
            "server CPU, µs each"),
        rows,
        """
        Median (lowest–highest) of %d rounds of %d s each, in turn, after a warm-up, on mails of 1,500 characters in the median. Server, client and \
        the other side share %d cores, so the client's own work counts against the served figures. In process: %d threads, no HTTP, no log. \
        Bare HTTP: the same library reading the same bodies in a process of its own. Open loop: asked at a fixed rate, latency counted from \
        when the request was due. Every answer is logged durably, as in production. Goal: ≥ 90 %% of in process.\
        """
            .formatted(setting.rounds(), window(setting).toSeconds(), cores, cores));
  }

  private static Duration window(Setting setting) {
    return Duration.ofSeconds(setting.quick() ? 1 : 3);
  }

  private Rounds rounds(
      Setting setting,
      Program server,
      HttpLoad load,
      HttpLoad floor,
      Engine engine,
      List<String> texts)
      throws InterruptedException {
    Rounds rounds = new Rounds();
    Duration window = window(setting);
    HttpLoad.Result warm = load.closed(CONNECTIONS, window.multipliedBy(3));
    HttpLoad.Result _ = floor.closed(CONNECTIONS, window);
    rounds.rate = OPEN_SHARE * warm.perSecond();
    for (int round = 0; round < setting.rounds(); round++) {
      rounds.inProcess.add(inProcess(engine, texts, window));
      rounds.floor.add(floor.closed(CONNECTIONS, window).perSecond());
      Duration before = server.cpu();
      HttpLoad.Result many = load.closed(CONNECTIONS, window);
      rounds.cpuMicros.add(server.cpu().minus(before).toNanos() / 1e3 / many.millis().n());
      rounds.served.add(many.perSecond());
      rounds.p50.add(many.millis().median());
      rounds.p99.add(many.millis().at(0.99));
      HttpLoad.Result one = load.closed(1, window);
      rounds.alone.add(one.millis().median());
      HttpLoad.Result open = load.open(rounds.rate, 4 * CONNECTIONS, window);
      rounds.open50.add(open.millis().median());
      rounds.open99.add(open.millis().at(0.99));
      rounds.failures += many.failures() + one.failures() + open.failures();
    }
    if (rounds.failures > 0) {
      throw new IllegalStateException(rounds.failures + " requests failed under load.");
    }
    return rounds;
  }

  private double inProcess(Engine engine, List<String> texts, Duration window)
      throws InterruptedException {
    LongAdder done = new LongAdder();
    long start = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < cores; i++) {
      int offset = i * texts.size() / cores;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int at = offset; System.nanoTime() - start < window.toNanos(); at++) {
                  double[] _ = engine.score(List.of(texts.get(at % texts.size()))).getFirst();
                  done.increment();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return done.sum() / ((System.nanoTime() - start) / 1e9);
  }

  private List<List<String>> rows(String model, Rounds rounds) {
    Sample inProcess = sample(rounds.inProcess);
    Sample floor = sample(rounds.floor);
    Sample served = sample(rounds.served);
    return List.of(
        List.of(model, "in process", inProcess.text(), "100 %", "", "", "", ""),
        List.of(model, "bare HTTP, 8 connections", floor.text(), "", "100 %", "", "", ""),
        List.of(
            model,
            "HTTP, 8 connections",
            served.text(),
            share(served, inProcess),
            share(served, floor),
            sample(rounds.p50).text(),
            sample(rounds.p99).text(),
            sample(rounds.cpuMicros).text()),
        List.of(model, "HTTP, 1 connection", "", "", "", sample(rounds.alone).text(), "", ""),
        List.of(
            model,
            "HTTP, open loop at %s/s".formatted(Sample.number(rounds.rate)),
            "",
            "",
            "",
            sample(rounds.open50).text(),
            sample(rounds.open99).text(),
            ""));
  }

  private static String share(Sample one, Sample other) {
    return Math.round(100 * one.median() / other.median()) + " %";
  }

  private static Sample sample(List<Double> values) {
    return Sample.of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
