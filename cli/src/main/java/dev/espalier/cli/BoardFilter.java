package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.canvas.Lack;
import dev.espalier.canvas.Lane;
import dev.espalier.canvas.State;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which questions of a board are shown: states and lacks add up, the lane narrows. */
final class BoardFilter {
  @Option(
      names = "--state",
      split = ",",
      paramLabel = "STATE",
      converter = States.class,
      description = "Only questions in these states: violated, no-evidence, stale …")
  List<State> states = List.of();

  @Option(
      names = "--lacks",
      split = ",",
      paramLabel = "WHAT",
      converter = Lacks.class,
      description = "Only questions without evidence that wait for a happening, or lack machinery.")
  List<Lack> lacks = List.of();

  @Option(
      names = "--lane",
      split = ",",
      paramLabel = "LANE",
      converter = Lanes.class,
      description = "Only these lanes: design, develop, maintain.")
  List<Lane> lanes = List.of();

  /** The board with the questions that are asked for; headline and counts stay whole. */
  JsonNode of(JsonNode board) {
    Set<String> wanted = new HashSet<>();
    states.forEach(state -> wanted.add(state.name()));
    lacks.forEach(lack -> wanted.add(lack.name()));
    Set<String> lane = new HashSet<>();
    lanes.forEach(one -> lane.add(one.name()));
    ObjectNode narrowed = board.deepCopy();
    ArrayNode questions = narrowed.putArray("questions");
    for (JsonNode question : board.path("questions")) {
      boolean shown =
          wanted.isEmpty()
              || wanted.contains(question.path("state").asText())
              || wanted.contains(question.path("lack").asText());
      if (shown && (lane.isEmpty() || lane.contains(question.path("lane").asText()))) {
        questions.add(question);
      }
    }
    return narrowed;
  }

  private static <E extends Enum<E>> E read(Class<E> type, String text) {
    String name = text.strip().replace('-', '_').toUpperCase(Locale.ROOT);
    List<String> known = Arrays.stream(type.getEnumConstants()).map(Enum::name).toList();
    if (!known.contains(name)) {
      throw new TypeConversionException(
          "'%s' is none of %s; nearest: %s"
              .formatted(
                  text,
                  String.join(", ", known.stream().map(BoardFilter::said).toList()),
                  said(CanvasCommand.nearest(name, known))));
    }
    return Enum.valueOf(type, name);
  }

  private static String said(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static final class States implements ITypeConverter<State> {
    @Override
    public State convert(String text) {
      return read(State.class, text);
    }
  }

  static final class Lacks implements ITypeConverter<Lack> {
    @Override
    public Lack convert(String text) {
      return read(Lack.class, text);
    }
  }

  static final class Lanes implements ITypeConverter<Lane> {
    @Override
    public Lane convert(String text) {
      return read(Lane.class, text);
    }
  }
}
