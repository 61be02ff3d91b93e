package dev.espalier.pipeline;

/** What an attempt says while it works. Implementations are thread-safe. */
interface AttemptEvents {
  void progress(StepRun.Progress progress);

  void metric(String key, double value);

  void log(String line);
}
