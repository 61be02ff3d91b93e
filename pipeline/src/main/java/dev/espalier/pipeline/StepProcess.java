package dev.espalier.pipeline;

/** The main class of a forked step's JVM. */
public final class StepProcess {
  private StepProcess() {}

  public static void main(String[] arguments) {
    throw new dev.espalier.platform.EspalierException(
        dev.espalier.platform.ErrorCode.UNAVAILABLE, "Not ready: " + arguments.length);
  }
}
