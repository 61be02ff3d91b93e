package dev.espalier.monitoring;

import dev.espalier.evaluation.DecisionHistogram;
import dev.espalier.evaluation.Drift;
import dev.espalier.platform.JsonRoutes;
import dev.espalier.platform.ProductClocks;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * What was asked against what was trained on, over HTTP. Thread-safe: the newest answer of each
 * product is kept until the log changes.
 */
public final class FeatureRoutes extends JsonRoutes {
  private static final Duration LOOK_BACK = Duration.ofDays(7L * 26);
  private static final int MOST = 50_000;
  private static final Duration WEEK = Duration.ofDays(7);
  private final Monitoring monitoring;
  private final Skew skew;
  private final ProductClocks clocks;
  private final Map<String, Kept> kept = new ConcurrentHashMap<>();

  public FeatureRoutes(Monitoring monitoring, Skew skew, ProductClocks clocks) {
    this.monitoring = monitoring;
    this.skew = skew;
    this.clocks = clocks;
  }

  private record Kept(long newest, Instant week, FeatureDrift drift) {}

  @Override
  public void routing(HttpRules rules) {
    rules.get("/monitors/{product}/features", safely(this::features));
  }

  private void features(ServerRequest request, ServerResponse response) {
    String product = path(request, "product");
    monitoring.flush();
    long newest = monitoring.store().newest(product);
    Instant week = monday(clocks.now(product));
    Kept known = kept.get(product);
    if (known == null || known.newest() != newest || !known.week().equals(week)) {
      known = new Kept(newest, week, drift(product));
      kept.put(product, known);
    }
    send(response, known.drift());
  }

  /** The newest half year, of at most {@value #MOST} texts. */
  private FeatureDrift drift(String product) {
    Instant since = monday(clocks.now(product).minus(LOOK_BACK));
    Map<Instant, List<PredictionStore.Told>> weeks =
        monitoring.store().told(product, since, MOST).stream()
            .collect(
                Collectors.groupingBy(
                    told -> monday(told.at()), TreeMap::new, Collectors.toList()));
    return new FeatureDrift(
        TextProperties.NAMES,
        weeks.entrySet().stream()
            .map(each -> week(product, each.getKey(), each.getValue()))
            .toList());
  }

  private FeatureDrift.Week week(
      String product, Instant from, List<PredictionStore.Told> answered) {
    String version =
        answered.stream()
            .collect(Collectors.groupingBy(PredictionStore.Told::version, Collectors.counting()))
            .entrySet()
            .stream()
            .max(
                Map.Entry.<String, Long>comparingByValue()
                    .thenComparing(Map.Entry::getKey, Comparator.reverseOrder()))
            .orElseThrow()
            .getKey();
    List<TextProperties> texts =
        answered.stream()
            .filter(each -> each.version().equals(version))
            .map(PredictionStore.Told::properties)
            .toList();
    List<Optional<DecisionHistogram>> trained = skew.reference(product, version);
    List<FeatureDrift.Cell> cells = new ArrayList<>();
    for (int field = 0; field < trained.size(); field++) {
      int place = field;
      double[] values = texts.stream().mapToDouble(text -> text.values()[place]).toArray();
      trained
          .get(field)
          .map(frozen -> Drift.jensenShannon(frozen.counts(), frozen.count(values).counts()))
          .map(found ->
              new FeatureDrift.Cell(
                  TextProperties.NAMES.get(place), found.value(), found.effect(), found.p()))
          .ifPresent(cells::add);
    }
    return new FeatureDrift.Week(from, from.plus(WEEK), version, texts.size(), cells);
  }

  private static Instant monday(Instant at) {
    return at.atZone(ZoneOffset.UTC)
        .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
        .truncatedTo(ChronoUnit.DAYS)
        .toInstant();
  }
}
