package dev.espalier.deployment;

import dev.espalier.canvas.CanvasVersion;
import dev.espalier.canvas.Drill;
import dev.espalier.canvas.Observation;
import dev.espalier.model.Bundles;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Ids;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Serving;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The drills of serving; each breaks things in a shadow lane that only it can reach. */
public final class ServingDrills {
  private final Registry registry;
  private final DrillLanes lanes;
  private final LoadDrill load;
  private final ReloadDrill reload;
  private final MalformedDrill malformed;

  /**
   * @param jvm how a clean process starts
   */
  public ServingDrills(Serving serving, Registry registry, Bundles bundles, Ids ids, CleanJvm jvm) {
    this.registry = registry;
    this.lanes = new DrillLanes(serving, registry);
    this.load = new LoadDrill(serving, bundles, lanes);
    this.reload = new ReloadDrill(bundles, jvm);
    this.malformed = new MalformedDrill(lanes, ids);
  }

  /** Rollback, fallback, load, reload, malformed. */
  public List<Drill> all() {
    return List.of(
        named(
            "rollback",
            "Swaps a shadow endpoint back under load and times it until the old version answers"
                + " everything.",
            new RollbackDrill(lanes)::run),
        named(
            "fallback",
            "Injects every trigger in a shadow lane and checks that each rung answers in time.",
            new FallbackDrill(lanes)::run),
        named(
            "load",
            "Sends peak × (1 + headroom) open loop through a shadow lane, measures latency, and"
                + " searches the highest rate within the objective.",
            load::run),
        named(
            "reload",
            "Opens the bundle in a clean process and replays its golden rows there.",
            reload::run),
        named(
            "malformed",
            "Sends malformed and hostile requests over HTTP to a shadow lane: none may end in a"
                + " server error.",
            malformed::run));
  }

  private interface Body {
    List<Observation> run(Rehearsal rehearsal);
  }

  private Drill named(String name, String description, Body body) {
    return new Named(name, description, body, registry, lanes, new AtomicBoolean());
  }

  private record Named(
      String name,
      String description,
      Body body,
      Registry registry,
      DrillLanes lanes,
      AtomicBoolean stopped)
      implements VersionDrill {
    @Override
    public List<Observation> run(String product, CanvasVersion canvas, Instant now) {
      String champion =
          lanes
              .champion(product)
              .orElseThrow(() -> EspalierException.conflict("Nothing is released yet."));
      return run(product, champion, canvas, now);
    }

    @Override
    public List<Observation> run(
        String product, String version, CanvasVersion canvas, Instant now) {
      stopped.set(false);
      return body.run(
          new Rehearsal(
              name, product, registry.version(product, version), canvas, now, stopped::get));
    }

    @Override
    public void abort() {
      stopped.set(true);
    }
  }
}
