package dev.espalier.canvas;

import dev.espalier.platform.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One applied canvas: immutable, chained to its parent, with everything that it compiles to. */
public record CanvasVersion(
    String product,
    String version,
    Digest digest,
    Digest contentDigest,
    Optional<Digest> parent,
    Instant appliedAt,
    String appliedBy,
    List<Resource> resources) {

  /** The same version with its resources as they stand. */
  CanvasVersion with(List<Resource> standing) {
    return new CanvasVersion(
        product, version, digest, contentDigest, parent, appliedAt, appliedBy, standing);
  }

  /** All resources of one kind, in the order of the canvas. */
  public <S extends Spec> List<S> specs(Class<S> kind) {
    return resources.stream().map(Resource::spec).filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The resources whose specification is of one kind, with their names. */
  public List<Resource> resources(Class<? extends Spec> kind) {
    return resources.stream().filter(resource -> kind.isInstance(resource.spec())).toList();
  }

  /** The only resource of a kind; the compiler guarantees it for singular kinds. */
  public <S extends Spec> S spec(Class<S> kind) {
    return specs(kind).getFirst();
  }
}
