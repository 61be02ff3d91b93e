package dev.espalier.canvas;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.events.StreamStartEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the YAML 1.2 subset, or JSON, into {@link Node}s from the parser's events: nothing is
 * constructed, no type is guessed. Tags, anchors, aliases, merge keys and duplicate keys are
 * errors; a document has at most 1 MiB, 10,000 nodes and 32 levels.
 */
final class DocumentReader {
  static final int MAX_BYTES = 1 << 20;
  static final int MAX_DEPTH = 32;
  static final int MAX_NODES = 10_000;
  private int nodes;

  private DocumentReader() {}

  static Node.Fields read(byte[] document) {
    if (document.length > MAX_BYTES) {
      throw EspalierException.limit(
          "The canvas has %,d bytes; at most %,d are read.".formatted(document.length, MAX_BYTES));
    }
    String text = utf8(document);
    DocumentReader reader = new DocumentReader();
    Node root = text.stripLeading().startsWith("{") ? reader.json(text) : reader.yaml(text);
    if (root instanceof Node.Fields fields) {
      return fields;
    }
    throw broken(root.line(), "map", "a canvas is a map that starts with 'canvas: espalier/1'");
  }

  private static String utf8(byte[] document) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(document)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException malformed) {
      throw EspalierException.invalid("The canvas is not UTF-8 text. Save it as UTF-8.");
    }
  }

  // ---- YAML ----

  private Node yaml(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setCodePointLimit(MAX_BYTES)
            .setAllowDuplicateKeys(false)
            .setLabel("canvas")
            .build();
    try {
      Iterator<Event> events = new Parse(settings).parseString(text).iterator();
      expect(events, StreamStartEvent.class);
      if (!(events.next() instanceof DocumentStartEvent start)) {
        throw broken(1, "empty", "the document is empty; start with 'canvas: espalier/1'");
      }
      refuseTag(start.getTags().values().stream().findFirst(), lineOf(start));
      Node root = node(events, events.next(), 1);
      expect(events, DocumentEndEvent.class);
      expect(events, StreamEndEvent.class);
      return root;
    } catch (MarkedYamlEngineException failure) {
      int line = failure.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw broken(line, "yaml", String.valueOf(failure.getProblem()));
    } catch (YamlEngineException failure) {
      throw broken(1, "yaml", String.valueOf(failure.getMessage()));
    }
  }

  private static void expect(Iterator<Event> events, Class<? extends Event> kind) {
    Event event = events.next();
    if (!kind.isInstance(event)) {
      throw broken(lineOf(event), "one document", "a canvas is exactly one YAML document");
    }
  }

  private Node node(Iterator<Event> events, Event event, int depth) {
    int line = lineOf(event);
    count(line, depth);
    if (event instanceof AliasEvent) {
      throw broken(line, "no aliases", "aliases (*name) are not part of the format; write it out");
    }
    if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
      throw broken(line, "no anchors", "anchors (&name) are not part of the format; write it out");
    }
    return switch (event) {
      case ScalarEvent scalar -> {
        refuseTag(scalar.getTag(), line);
        yield new Node.Scalar(scalar.getValue(), line);
      }
      case SequenceStartEvent start -> items(events, start, depth);
      case MappingStartEvent start -> fields(events, start, depth);
      default -> throw broken(line, "yaml", "unexpected " + event.getEventId());
    };
  }

  private Node items(Iterator<Event> events, CollectionStartEvent start, int depth) {
    refuseTag(start.getTag(), lineOf(start));
    List<Node> items = new ArrayList<>();
    for (Event next = events.next(); !(next instanceof SequenceEndEvent); next = events.next()) {
      items.add(node(events, next, depth + 1));
    }
    return new Node.Items(List.copyOf(items), lineOf(start));
  }

  private Node fields(Iterator<Event> events, CollectionStartEvent start, int depth) {
    refuseTag(start.getTag(), lineOf(start));
    Map<String, Node> entries = new LinkedHashMap<>();
    for (Event next = events.next(); !(next instanceof MappingEndEvent); next = events.next()) {
      int line = lineOf(next);
      if (!(node(events, next, depth + 1) instanceof Node.Scalar key)) {
        throw broken(line, "plain keys", "a key must be plain text");
      }
      put(entries, key.text(), node(events, events.next(), depth + 1), line);
    }
    return new Node.Fields(entries, lineOf(start));
  }

  private static void refuseTag(Optional<String> tag, int line) {
    if (tag.isPresent()) {
      throw broken(line, "no tags", "tags (%s) are not part of the format".formatted(tag.get()));
    }
  }

  private static int lineOf(Event event) {
    return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
  }

  // ---- JSON ----

  private Node json(String text) {
    try (JsonParser parser = Json.mapper().createParser(text)) {
      parser.nextToken();
      Node root = json(parser, 1);
      if (parser.nextToken() != null) {
        throw broken(
            parser.currentLocation().getLineNr(), "one document", "text follows the JSON document");
      }
      return root;
    } catch (IOException failure) {
      return yaml(text);
    }
  }

  private Node json(JsonParser parser, int depth) throws IOException {
    int line = parser.currentLocation().getLineNr();
    count(line, depth);
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, Node> entries = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String key = parser.currentName();
        parser.nextToken();
        put(entries, key, json(parser, depth + 1), parser.currentLocation().getLineNr());
      }
      return new Node.Fields(entries, line);
    }
    if (token == JsonToken.START_ARRAY) {
      List<Node> items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        items.add(json(parser, depth + 1));
      }
      return new Node.Items(List.copyOf(items), line);
    }
    return new Node.Scalar(parser.getText(), line);
  }

  // ---- both ----

  private void count(int line, int depth) {
    if (depth > MAX_DEPTH) {
      throw tooMuch(line, "nesting is deeper than %d levels".formatted(MAX_DEPTH));
    }
    if (++nodes > MAX_NODES) {
      throw tooMuch(line, "the document has more than %,d nodes".formatted(MAX_NODES));
    }
  }

  private static void put(Map<String, Node> entries, String key, Node value, int line) {
    if (key.equals("<<")) {
      throw broken(line, "no merge keys", "merge keys (<<) are not part of the format");
    }
    if (entries.putIfAbsent(key, value) != null) {
      throw broken(line, "unique keys", "key '%s' occurs twice in one map".formatted(brief(key)));
    }
  }

  private static EspalierException tooMuch(int line, String what) {
    return EspalierException.limit("line %d: %s.".formatted(line, what));
  }

  private static EspalierException broken(int line, String rule, String what) {
    return EspalierException.invalidField(
        "line " + line, rule, "line %d: %s.".formatted(line, brief(what)), Optional.empty());
  }

  /** The text, shortened for a message. */
  static String brief(String text) {
    return text.length() <= 120 ? text : text.substring(0, 120) + "…";
  }
}
