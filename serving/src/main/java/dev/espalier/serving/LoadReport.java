package dev.espalier.serving;

/**
 * What an open-loop load did to an endpoint. Latencies count from the intended time of sending, so
 * a server that stalls cannot hide the requests that it made wait.
 *
 * @param sent requests that were due, each of them sent or, beyond the bound of what may be under
 *     way, counted as failed
 * @param failed requests that nobody answered, or that were not sent
 * @param offeredPerSecond the rate of arrivals
 * @param answeredPerSecond answers over the time from the first arrival to the last answer
 * @param seconds that time
 * @param complete false when the load was stopped before its schedule ended
 */
public record LoadReport(
    long sent,
    long failed,
    double offeredPerSecond,
    double answeredPerSecond,
    double seconds,
    LatencySummary latency,
    boolean complete) {

  /** True when every request was answered, 95 % within {@code limitMillis}, and none piled up. */
  public boolean met(double limitMillis) {
    return complete
        && sent > 0
        && failed == 0
        && latency.p95Millis() <= limitMillis
        && answeredPerSecond >= 0.8 * sent / seconds;
  }
}
