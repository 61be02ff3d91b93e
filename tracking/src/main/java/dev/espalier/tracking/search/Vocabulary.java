package dev.espalier.tracking.search;

import dev.espalier.platform.EspalierException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What one search may name: its entities, its attributes, and the operators of each. Immutable. */
public final class Vocabulary {
  /** The six comparisons of numbers. */
  public static final Set<Operator> NUMERIC =
      EnumSet.of(
          Operator.EQUAL,
          Operator.NOT_EQUAL,
          Operator.LESS,
          Operator.LESS_OR_EQUAL,
          Operator.GREATER,
          Operator.GREATER_OR_EQUAL);

  /** The comparisons of texts. */
  public static final Set<Operator> TEXT =
      EnumSet.of(Operator.EQUAL, Operator.NOT_EQUAL, Operator.LIKE, Operator.ILIKE);

  /** Texts, and lists of them. */
  public static final Set<Operator> TEXT_OR_LIST =
      EnumSet.of(
          Operator.EQUAL,
          Operator.NOT_EQUAL,
          Operator.LIKE,
          Operator.ILIKE,
          Operator.IN,
          Operator.NOT_IN);

  /** Texts that may be absent. */
  public static final Set<Operator> TEXT_OR_NULL =
      EnumSet.of(
          Operator.EQUAL,
          Operator.NOT_EQUAL,
          Operator.LIKE,
          Operator.ILIKE,
          Operator.IS_NULL,
          Operator.IS_NOT_NULL);

  /** An attribute under its canonical name. */
  public record Attribute(String name, Set<Operator> operators) {
    public Attribute {
      operators = Set.copyOf(operators);
    }

    /** Whether its values are numbers. */
    public boolean numeric() {
      return operators.contains(Operator.LESS);
    }
  }

  private final Map<String, Clause.Entity> entities;
  private final Map<Clause.Entity, Set<Operator>> operators;
  private final Map<String, Attribute> attributes;
  private final Map<String, Attribute> datasets;
  private final Map<String, Attribute> spans;

  private Vocabulary(Builder builder) {
    this.entities = Map.copyOf(builder.entities);
    this.operators = Map.copyOf(builder.operators);
    this.attributes = Map.copyOf(builder.attributes);
    this.datasets = Map.copyOf(builder.datasets);
    this.spans = Map.copyOf(builder.spans);
  }

  /** Collects a vocabulary. */
  public static final class Builder {
    private final Map<String, Clause.Entity> entities = new HashMap<>();
    private final Map<Clause.Entity, Set<Operator>> operators = new HashMap<>();
    private final Map<String, Attribute> attributes = new TreeMap<>();
    private final Map<String, Attribute> datasets = new TreeMap<>();
    private final Map<String, Attribute> spans = new TreeMap<>();

    /** An entity whose keys are free. */
    public Builder entity(Clause.Entity entity, Set<Operator> allowed, String... names) {
      operators.put(entity, allowed);
      for (String name : names) {
        entities.put(name, entity);
      }
      return this;
    }

    /** The names that may stand before an attribute's. */
    public Builder attributePrefixes(String... names) {
      for (String name : names) {
        entities.put(name, Clause.Entity.ATTRIBUTE);
      }
      return this;
    }

    /** An attribute and its other names. */
    public Builder attribute(Set<Operator> allowed, String name, String... others) {
      Attribute attribute = new Attribute(name, allowed);
      attributes.put(name, attribute);
      for (String other : others) {
        attributes.put(other, attribute);
      }
      return this;
    }

    /** A field of datasets. */
    public Builder dataset(String name) {
      entities.put("dataset", Clause.Entity.DATASET);
      entities.put("datasets", Clause.Entity.DATASET);
      datasets.put(name, new Attribute(name, TEXT_OR_LIST));
      return this;
    }

    /** Fields of spans; one that ends with a point is the beginning of free names. */
    public Builder span(Set<Operator> allowed, String... names) {
      entities.put("span", Clause.Entity.SPAN);
      for (String name : names) {
        spans.put(name, new Attribute(name, allowed));
      }
      return this;
    }

    public Vocabulary build() {
      return new Vocabulary(this);
    }
  }

  /** What {@code entity.key} means here. */
  Attribute resolve(Clause.Entity entity, String key) {
    return switch (entity) {
      case ATTRIBUTE -> attribute(attributes, "attribute", key);
      case DATASET -> attribute(datasets, "dataset attribute", key);
      case SPAN -> span(key);
      case METRIC, PARAM, TAG ->
          new Attribute(key, operators.getOrDefault(entity, EnumSet.noneOf(Operator.class)));
    };
  }

  private Attribute span(String key) {
    int point = key.indexOf('.') + 1;
    Attribute free = spans.get(key.substring(0, point));
    return free == null || point == key.length()
        ? attribute(spans, "span attribute", point == 0 ? key : key.substring(0, point - 1))
        : new Attribute(free.name() + Filter.unquoted(key.substring(point)), free.operators());
  }

  private static Attribute attribute(Map<String, Attribute> known, String kind, String key) {
    Attribute attribute = known.get(key);
    if (attribute == null) {
      throw EspalierException.invalidField(
          "filter",
          "attribute",
          "Invalid %s key '%s' specified. Valid keys are %s.".formatted(kind, key, names(known)),
          known.keySet().stream().sorted().findFirst());
    }
    return attribute;
  }

  private static List<String> names(Map<String, ?> known) {
    List<String> names = new ArrayList<>(known.keySet());
    names.sort(String::compareTo);
    return names;
  }

  /** The entity of that name. */
  Clause.Entity entity(String name) {
    return Optional.ofNullable(entities.get(name))
        .orElseThrow(() ->
            EspalierException.invalidField(
                "filter",
                "entity",
                "Invalid entity type '%s'. Valid values are %s.".formatted(name, names(entities)),
                Optional.empty()));
  }
}
