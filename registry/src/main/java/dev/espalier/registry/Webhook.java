package dev.espalier.registry;

import dev.espalier.platform.EspalierException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody who wants to hear of changes in the registry.
 *
 * @param secret what deliveries are signed with, sealed; empty for unsigned ones
 * @param active whether deliveries are made
 */
record Webhook(
    String id,
    String name,
    String description,
    String url,
    List<Event> events,
    String secret,
    boolean active,
    long createdAt,
    long updatedAt) {
  Webhook {
    events = List.copyOf(events);
  }

  /** What happened to what, in MLflow's words. */
  record Event(String entity, String action) {
    private static final Map<String, Set<String>> KNOWN =
        Map.of(
            "REGISTERED_MODEL", Set.of("CREATED"),
            "MODEL_VERSION", Set.of("CREATED"),
            "PROMPT", Set.of("CREATED"),
            "PROMPT_VERSION", Set.of("CREATED"),
            "MODEL_VERSION_TAG", Set.of("SET", "DELETED"),
            "PROMPT_TAG", Set.of("SET", "DELETED"),
            "PROMPT_VERSION_TAG", Set.of("SET", "DELETED"),
            "MODEL_VERSION_ALIAS", Set.of("CREATED", "DELETED"),
            "PROMPT_ALIAS", Set.of("CREATED", "DELETED"));

    Event {
      if (!KNOWN.getOrDefault(entity, Set.of()).contains(action)) {
        throw EspalierException.invalidField(
            "events",
            "choice",
            "Nothing is told of '%s.%s'; known are %s."
                .formatted(entity, action, new java.util.TreeMap<>(KNOWN)),
            Optional.of("MODEL_VERSION.CREATED"));
      }
    }
  }
}
