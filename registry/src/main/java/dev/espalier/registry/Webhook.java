package dev.espalier.registry;

import dev.espalier.canvas.State;
import dev.espalier.platform.EspalierException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody who wants to hear of changes in the registry, or of a product's board.
 *
 * @param secret what deliveries are signed with, sealed; empty for unsigned ones
 * @param active whether deliveries are made
 * @param product whose board is told of; empty for the registry
 * @param toldTo of a board's: the number of the last event that was looked at for it
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
    long updatedAt,
    String product,
    long toldTo) {
  /** The entity of a board's events; the action is the state that a question turned to. */
  static final String QUESTION = "QUESTION";

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

    /** A question of the board turned to a state. */
    static Event turned(State to) {
      return new Event(QUESTION, to.name());
    }

    boolean ofBoard() {
      return entity.equals(QUESTION);
    }

    Event {
      if (!entity.equals(QUESTION) && !KNOWN.getOrDefault(entity, Set.of()).contains(action)) {
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
