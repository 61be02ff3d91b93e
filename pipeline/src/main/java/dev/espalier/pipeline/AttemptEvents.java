package dev.espalier.pipeline;

/** What an attempt says while it works. Implementations are thread-safe. */
interface AttemptEvents {
  /** Hears nothing: for attempts that nobody follows. */
  AttemptEvents NONE =
      new AttemptEvents() {
        @Override
        public void progress(StepRun.Progress progress) {}

        @Override
        public void metric(String key, double value) {}

        @Override
        public void log(String line) {}
      };

  void progress(StepRun.Progress progress);

  void metric(String key, double value);

  void log(String line);
}
