package dev.espalier.serving;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** What an endpoint looks like now: its configuration, route and the state of each version. */
public record EndpointView(
    EndpointConfig config, Route route, SortedMap<String, ServedModelState> models) {
  public EndpointView {
    models = Collections.unmodifiableSortedMap(new TreeMap<>(models));
  }

  /** True when every routed version is READY. */
  public boolean ready() {
    return route.versions().stream()
        .allMatch(version -> models.get(version) == ServedModelState.READY);
  }
}
