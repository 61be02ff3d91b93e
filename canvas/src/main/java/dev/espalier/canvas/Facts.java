package dev.espalier.canvas;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known about the world besides the answers. What is absent is unknown, and a rule that
 * needs it says so.
 *
 * @param capacity the rate that was sustained within the latency limits
 * @param pace how long a prediction takes, from which a rate can be estimated
 * @param nodes the machines that serve and train; empty when none is known
 * @param labelDelay the time within which 95 % of the labels came
 * @param ci the time within which 95 % of the checks ended
 * @param run the time within which 95 % of the training runs ended
 * @param labels the champion's labels
 * @param rungLabels the labels of what stands behind the champion, by the fallback's {@code use}
 * @param fields the fields that rows of the training data carry beside text and label
 */
public record Facts(
    Optional<Capacity> capacity,
    Optional<Pace> pace,
    List<Node> nodes,
    Optional<Duration> labelDelay,
    Optional<Duration> ci,
    Optional<Duration> run,
    Optional<Set<String>> labels,
    Map<String, Set<String>> rungLabels,
    Optional<Set<String>> fields) {

  public Facts {
    nodes = List.copyOf(nodes);
    labels = labels.map(Set::copyOf);
    rungLabels = Map.copyOf(rungLabels);
    fields = fields.map(Set::copyOf);
  }

  /**
   * A sustained rate.
   *
   * @param measured under the limits that hold now; otherwise it is an estimate
   */
  public record Capacity(double perSecond, boolean measured, String where) {}

  /**
   * What one prediction takes.
   *
   * @param each the time of one text on one core, 95th percentile
   * @param cores of the machine that serves where the canvas names no target
   * @param version the model that was timed
   */
  public record Pace(Duration each, int cores, String version) {
    public Pace {
      if (each.isNegative() || each.isZero() || cores < 1) {
        throw new IllegalArgumentException("A pace needs a time above 0 and a core.");
      }
    }
  }

  /**
   * A machine.
   *
   * @param zone where it stands; empty when nobody said
   * @param accelerators the kinds it has: gpu, tpu, npu
   */
  public record Node(String name, Optional<String> zone, Set<String> accelerators) {
    public Node {
      accelerators = Set.copyOf(accelerators);
    }
  }

  /** Nothing is known. */
  public static Facts unknown() {
    return new Facts(
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty());
  }

  public Facts withCapacity(Capacity sustained) {
    return new Facts(
        Optional.of(sustained), pace, nodes, labelDelay, ci, run, labels, rungLabels, fields);
  }

  public Facts withPace(Pace measured) {
    return new Facts(
        capacity, Optional.of(measured), nodes, labelDelay, ci, run, labels, rungLabels, fields);
  }

  public Facts withNodes(List<Node> machines) {
    return new Facts(capacity, pace, machines, labelDelay, ci, run, labels, rungLabels, fields);
  }

  /** Times that were measured; what is absent stays unknown. */
  public Facts withTimes(
      Optional<Duration> labelled, Optional<Duration> checked, Optional<Duration> trained) {
    return new Facts(
        capacity,
        pace,
        nodes,
        labelled.or(() -> labelDelay),
        checked.or(() -> ci),
        trained.or(() -> run),
        labels,
        rungLabels,
        fields);
  }

  /** The contract of the champion, and of the rungs behind it. */
  public Facts withLabels(Set<String> champion, Map<String, Set<String>> rungs) {
    return new Facts(
        capacity, pace, nodes, labelDelay, ci, run, Optional.of(champion), rungs, fields);
  }

  public Facts withFields(Set<String> known) {
    return new Facts(
        capacity, pace, nodes, labelDelay, ci, run, labels, rungLabels, Optional.of(known));
  }
}
