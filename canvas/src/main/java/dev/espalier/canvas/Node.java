package dev.espalier.canvas;

import java.util.List;
import java.util.Map;

/** A parsed document before the schema gives it meaning: maps, lists and untyped scalars. */
sealed interface Node {
  /** The line that the node starts on, from 1. */
  int line();

  record Scalar(String text, int line) implements Node {}

  record Items(List<Node> nodes, int line) implements Node {}

  /** Keys in the order of the document. */
  record Fields(Map<String, Node> entries, int line) implements Node {}
}
