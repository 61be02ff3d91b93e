package dev.espalier.canvas;

/**
 * Where facts about a product come from besides the canvas's own evidence; {@code server} answers
 * from what the stages store and from this machine. Answers from memory or one quick read.
 */
@FunctionalInterface
public interface FactSource {
  Facts about(String product);
}
