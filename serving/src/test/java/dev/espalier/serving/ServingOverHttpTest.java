package dev.espalier.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.model.Engine;
import dev.espalier.model.Signature;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Ids;
import dev.espalier.platform.Json;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServingOverHttpTest {
  private static final InstantSource CLOCK = InstantSource.fixed(Instant.EPOCH);
  private final List<InferenceRecord> log = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger closedWhileRunning = new AtomicInteger();
  private Serving serving;
  private WebServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  /** Says spam with the given probability; {@code err} versions fail after their warm-up. */
  private final class Fixed implements Engine {
    private final String version;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicInteger calls = new AtomicInteger();

    Fixed(String version) {
      this.version = version;
    }

    @Override
    public Signature signature() {
      return new Signature(Signature.TEXT_CLASSIFICATION, List.of("ham", "spam"), 1000);
    }

    @Override
    public List<double[]> score(List<String> texts) {
      running.incrementAndGet();
      try {
        if (closed.get()) {
          closedWhileRunning.incrementAndGet();
        }
        if (version.startsWith("err") && calls.incrementAndGet() > 1) {
          throw new EspalierException(ErrorCode.INTERNAL, "broken");
        }
        double spam = version.startsWith("nan") && calls.incrementAndGet() > 1 ? Double.NaN : 0.9;
        return texts.stream().map(_ -> new double[] {1 - spam, spam}).toList();
      } finally {
        running.decrementAndGet();
      }
    }

    @Override
    public void close() {
      closed.set(true);
      if (running.get() > 0) {
        closedWhileRunning.incrementAndGet();
      }
    }
  }

  @BeforeEach
  void start() {
    serving =
        new Serving(
            (_, version) -> {
              if (version.equals("missing")) {
                throw EspalierException.notFound("no such version");
              }
              return new Fixed(version);
            },
            log::add,
            _ -> Instant.EPOCH,
            CLOCK,
            new Ids(InstantSource.system(), new Random(1)),
            new ServingConfig(2));
    server =
        WebServer.builder()
            .port(0)
            .routing(routing ->
                routing
                    .register(
                        "/api/v1", new PredictRoutes(serving, PredictRoutes.EventTime.FROM_CALLER))
                    .register("/v2", new InferenceRoutes(serving)))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    server.stop();
    serving.close();
  }

  private static EndpointConfig config(Rung... rungs) {
    return EndpointConfig.of("mail").withLadder(List.of(rungs));
  }

  private static Rung rung(Rung.Use use) {
    return new Rung(Set.of(Trigger.values()), use, Optional.of("ham"), Duration.ofMillis(200));
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void an_answer_names_its_version_and_who_served_it() throws Exception {
    serving.configure(config(), Route.only("1.0.0"));
    HttpResponse<String> response =
        post("/api/v1/predict/mail", "{\"text\":\"buy\",\"at\":\"2002-08-01T00:00:00Z\"}");
    JsonNode answer = Json.tree(response.body());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(answer.get("modelVersion").asText()).isEqualTo("1.0.0");
    assertThat(answer.get("servedBy").asText()).isEqualTo("champion");
    assertThat(answer.get("label").asText()).isEqualTo("spam");
    assertThat(answer.has("fallbackReason")).isFalse();
    assertThat(log.getFirst().at()).isEqualTo(Instant.parse("2002-08-01T00:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{\"text\":5}",
        "{\"text\":\"\"}",
        "{\"text\":NaN}",
        "{\"text\":\"a\",\"other\":1}",
        "{\"text\":\"a\",\"at\":\"yesterday\"}",
        "{\"text\":\"a\",\"text\":\"b\"}",
        "{\"text\":null}"
      })
  void an_ill_formed_request_is_the_callers_error_and_never_falls_back(String body)
      throws Exception {
    serving.configure(config(rung(Rung.Use.DEFAULT_VALUE)), Route.only("1.0.0"));
    assertThat(post("/api/v1/predict/mail", body).statusCode()).isEqualTo(400);
    int inference = post("/v2/models/mail/infer", body).statusCode();
    assertThat(inference).isEqualTo(400);
    assertThat(log).isEmpty();
  }

  @Test
  void huge_and_deep_requests_are_refused() throws Exception {
    serving.configure(config(), Route.only("1.0.0"));
    String huge = "{\"text\":\"" + "x".repeat(2 << 20) + "\"}";
    String deep = "{\"text\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
    assertThat(post("/api/v1/predict/mail", huge).statusCode()).isEqualTo(413);
    assertThat(post("/api/v1/predict/mail", deep).statusCode()).isEqualTo(400);
    assertThat(post("/api/v1/predict/nobody", "{\"text\":\"a\"}").statusCode()).isEqualTo(404);
  }

  @Test
  void a_failing_candidate_is_answered_by_the_champion_and_blamed_itself() throws Exception {
    serving.configure(
        config(rung(Rung.Use.PREVIOUS_CHAMPION)),
        new Route(
            "s", List.of(new Arm("good", 0, Arm.CHAMPION), new Arm("err", 1, Arm.CANDIDATE))));
    JsonNode answer = Json.tree(post("/api/v1/predict/mail", "{\"text\":\"a\"}").body());
    assertThat(answer.get("servedBy").asText()).isEqualTo("previous_champion");
    assertThat(answer.get("modelVersion").asText()).isEqualTo("good");
    assertThat(answer.get("fallbackReason").asText()).startsWith("error");
    assertThat(log.getFirst().routedVersion()).isEqualTo("err");
    assertThat(serving.metrics())
        .contains("espalier_fallback_total{product=\"mail\",reason=\"error\"");
  }

  @Test
  void an_answer_that_is_no_distribution_never_leaves() throws Exception {
    serving.configure(config(rung(Rung.Use.DEFAULT_VALUE)), Route.only("nan"));
    JsonNode answer = Json.tree(post("/api/v1/predict/mail", "{\"text\":\"a\"}").body());
    assertThat(answer.get("servedBy").asText()).isEqualTo("default_value");
    assertThat(answer.get("label").asText()).isEqualTo("ham");
  }

  @Test
  void an_exhausted_ladder_is_a_503_with_retry_after() throws Exception {
    serving.configure(config(), Route.only("err"));
    HttpResponse<String> response = post("/api/v1/predict/mail", "{\"text\":\"a\"}");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
    assertThat(log.getFirst().error()).isPresent();
  }

  @Test
  void the_open_inference_protocol_answers_a_batch() throws Exception {
    serving.configure(config(), Route.only("1.0.0"));
    String body =
        """
        {"id":"7","inputs":[{"name":"text","datatype":"BYTES","shape":[2],"data":["a","b"]}],
         "outputs":[{"name":"probabilities"},{"name":"label"}]}
        """;
    HttpResponse<String> response = post("/v2/models/mail/versions/1.0.0/infer", body);
    JsonNode json = Json.tree(response.body());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(json.get("id").asText()).isEqualTo("7");
    assertThat(json.get("outputs").get(0).get("shape").toString()).isEqualTo("[2,2]");
    assertThat(json.get("outputs").get(1).get("data").toString()).isEqualTo("[\"spam\",\"spam\"]");
    assertThat(json.get("parameters").get("served_by").asText()).isEqualTo("champion");
    assertThat(post("/v2/models/mail/versions/9/infer", body).statusCode()).isEqualTo(404);
    assertThat(get("/v2/models/mail/ready").statusCode()).isEqualTo(200);
    assertThat(get("/v2/models/mail").body()).contains("\"platform\"");
    assertThat(Json.tree(get("/v2/models/x").body()).has("error")).isTrue();
  }

  @Test
  void a_version_that_cannot_be_loaded_leaves_the_old_route() {
    serving.configure(config(), Route.only("1.0.0"));
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(
                () -> serving.route("mail", Route.only("missing"))))
        .isInstanceOf(EspalierException.class);
    assertThat(serving.predict("mail", Ask.of("a")).modelVersion()).isEqualTo("1.0.0");
  }

  @Test
  void swapping_under_load_fails_no_request_and_closes_nothing_that_runs() {
    serving.configure(config(), Route.only("v0"));
    AtomicInteger total = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    List<CompletableFuture<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      clients.add(
          CompletableFuture.supplyAsync(
              () -> {
                int answered = 0;
                while (!stop.get()) {
                  boolean whole =
                      serving.predict("mail", Ask.of("a")).servedBy().equals("champion");
                  answered += whole ? 1 : 0;
                  if (whole) {
                    total.incrementAndGet();
                  }
                }
                return answered;
              },
              Thread::startVirtualThread));
    }
    for (int swap = 1; swap <= 20 || total.get() < 100; swap++) {
      serving.route("mail", Route.only("v" + swap));
    }
    stop.set(true);
    assertThat(clients.stream().mapToInt(CompletableFuture::join).sum())
        .isEqualTo(total.get())
        .isEqualTo(log.size());
    assertThat(closedWhileRunning).hasValue(0);
    assertThat(serving.models("mail").get("v0")).isEqualTo(ServedModelState.ABSENT);
  }

  @Test
  void a_ramp_never_moves_a_unit_back_and_holds_its_share() {
    int[] onCandidate = new int[101];
    for (int unit = 0; unit < 4000; unit++) {
      boolean before = false;
      for (int weight = 0; weight <= 100; weight += 25) {
        Route route =
            new Route(
                "s",
                List.of(
                    new Arm("a", 1 - weight / 100.0, Arm.CHAMPION),
                    new Arm("b", weight / 100.0, Arm.CANDIDATE)));
        boolean candidate = route.pick("u" + unit).version().equals("b");
        assertThat(before && !candidate).isFalse();
        before = candidate;
        onCandidate[weight] += candidate ? 1 : 0;
      }
    }
    assertThat(onCandidate[25]).isBetween(900, 1100);
    assertThat(onCandidate[100]).isEqualTo(4000);
  }

  @Test
  void every_trigger_can_be_rehearsed_in_a_shadow_lane_that_leaves_no_trace() {
    serving.configure(
        config(rung(Rung.Use.DEFAULT_VALUE)).withLadder(List.of(rung(Rung.Use.DEFAULT_VALUE))),
        Route.only("1.0.0"));
    try (ShadowLane lane = serving.shadow("mail")) {
      for (Trigger trigger :
          List.of(Trigger.TIMEOUT, Trigger.ERROR, Trigger.OVERLOAD, Trigger.POST_FAIL)) {
        Answer answer = lane.predict(Ask.of("a"), new Fault(trigger, Set.of()));
        assertThat(answer.servedBy()).isEqualTo("default_value");
        assertThat(answer.fallbackReason().orElseThrow()).startsWith(trigger.text());
      }
    }
    assertThat(log).isEmpty();
    assertThat(serving.latency("mail").n()).isZero();
  }
}
