package dev.espalier.canvas;

import dev.espalier.platform.EspalierException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns answers into resources. Pure: equal answers give equal resources. */
final class Compiler {
  private final Answers answers;
  private final String origin;
  private final Map<String, Resource> resources = new LinkedHashMap<>();
  private String key = "product.name";

  private Compiler(Answers answers, String origin) {
    this.answers = answers;
    this.origin = origin;
  }

  /** Everything that {@code answers} compile to, as of one version. */
  static List<Resource> compile(Answers answers, String product, String version) {
    Compiler compiler = new Compiler(answers, product + "@" + version + "#");
    Page.Authors authors = answers.get(Page.Authors.class);
    compiler.add(
        "product",
        new Spec.Product(
            product,
            authors.owner(),
            authors.authors().stream().map(a -> a.user() + ":" + a.role()).toList()));
    for (Given<?> given : answers.all()) {
      compiler.compile(given);
    }
    return List.copyOf(compiler.resources.values());
  }

  private <A extends Answer> void compile(Given<A> given) {
    key = given.question().key();
    answers
        .effective(given)
        .ifPresentOrElse(
            value -> given.question().compile().accept(value, this),
            () -> given.question().unanswered().accept(this));
  }

  Answers answers() {
    return answers;
  }

  /** Adds a resource; two of one kind and name are a mistake of the document. */
  void add(String name, Spec spec) {
    Resource resource = Resource.of(name, origin + key, spec);
    Resource before = resources.putIfAbsent(resource.id(), resource);
    if (before != null && !before.spec().equals(spec)) {
      throw EspalierException.invalidField(
          key,
          "unique names",
          "%s: '%s' occurs twice; give each a name of its own.".formatted(key, resource.id()),
          java.util.Optional.of(name + "-2"));
    }
  }
}
