package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import java.time.Instant;
import java.util.List;

/** A drill that can be run against any registered version, before it is released too. */
public interface VersionDrill extends Drill {
  /** As {@link Drill#run}, against {@code version}. */
  List<Observation> run(String product, String version, CanvasVersion canvas, Instant now);
}
