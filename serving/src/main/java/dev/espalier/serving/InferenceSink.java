package dev.espalier.serving;

/**
 * Where records of answered requests go. An implementation never blocks: it queues within a bound
 * and counts what it drops. Called from request threads.
 */
@FunctionalInterface
public interface InferenceSink {
  void accept(InferenceRecord record);
}
