package dev.espalier.training;

import java.util.List;

/** The rungs after training, cheapest first, and what they cost together. */
public record TrainedLadder(List<String> labels, List<TrainedRung> rungs, double cpuSeconds) {
  public TrainedLadder {
    labels = List.copyOf(labels);
    rungs = List.copyOf(rungs);
  }
}
