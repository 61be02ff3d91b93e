package dev.espalier.canvas;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.espalier.canvas.Plan.Finding;
import dev.espalier.platform.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The rules about machines, contracts and data: 6, 7, 8 and 9. */
final class PlaceRules {
  private PlaceRules() {}

  /** Rule 6: an accelerator that is required and nowhere. */
  static List<Finding> accelerator(Answers all, Facts facts) {
    Serving.Accelerator wanted = all.get(Serving.Accelerator.class);
    boolean required =
        wanted.need().equals("required") && Set.of("gpu", "tpu", "npu").contains(wanted.kind());
    if (!required) {
      return List.of();
    }
    List<String> questions = List.of("serving.accelerator", "deploy.targets");
    if (facts.nodes().isEmpty()) {
      return List.of(
          Rules.unknown(
              6, questions, "%s is required; no node is known yet.".formatted(wanted.kind())));
    }
    return facts.nodes().stream().anyMatch(n -> n.accelerators().contains(wanted.kind()))
        ? List.of()
        : List.of(
            new Finding(
                6,
                Plan.Level.ERROR,
                questions,
                "No node offers %s: %s."
                    .formatted(
                        wanted.kind(),
                        String.join(", ", facts.nodes().stream().map(PlaceRules::words).toList())),
                "Set need to preferred, or add a node that has one.",
                List.of(Rules.patch("serving.accelerator.need", "preferred"))));
  }

  private static String words(Facts.Node node) {
    return "%s has %s"
        .formatted(
            node.name(),
            node.accelerators().isEmpty()
                ? "none"
                : String.join(", ", new TreeSet<>(node.accelerators())));
  }

  /** Rule 7: a rung that answers with labels that the champion does not have, or lacks some. */
  static List<Finding> contracts(Answers all, Facts facts) {
    List<Guards.Rung> chain = all.get(Guards.Fallback.class).chain();
    List<String> questions = List.of("serving.fallback", "model");
    if (facts.labels().isEmpty()) {
      boolean concerned =
          chain.stream()
              .anyMatch(
                  r -> r.value().isPresent() && Set.of("default_value", "rule").contains(r.use()));
      return concerned
          ? List.of(
              Rules.unknown(
                  7, questions, "The champion's labels are unknown until a version is registered."))
          : List.of();
    }
    Set<String> champion = facts.labels().get();
    List<Finding> found = new ArrayList<>();
    for (int i = 0; i < chain.size(); i++) {
      Guards.Rung rung = chain.get(i);
      int at = i;
      difference(rung, champion, facts)
          .ifPresent(diff -> found.add(contract(all, chain, at, diff, champion)));
    }
    return found;
  }

  private static Optional<String> difference(Guards.Rung rung, Set<String> champion, Facts facts) {
    if (rung.use().equals("default_value")) {
      return rung.value()
          .filter(value -> !champion.contains(value))
          .map(value -> "'%s' is none of %s".formatted(value, list(champion)));
    }
    if (rung.use().equals("rule")) {
      return rung.value()
          .flatMap(Heuristic::read)
          .map(Heuristic::labels)
          .map(labels -> labels.stream().filter(label -> !champion.contains(label)).toList())
          .filter(strange -> !strange.isEmpty())
          .map(strange ->
              "it says '%s', none of %s".formatted(String.join("', '", strange), list(champion)));
    }
    Set<String> has = facts.rungLabels().get(rung.use());
    if (has == null || has.equals(champion)) {
      return Optional.empty();
    }
    Set<String> strange = new TreeSet<>(has);
    strange.removeAll(champion);
    Set<String> missing = new TreeSet<>(champion);
    missing.removeAll(has);
    List<String> words = new ArrayList<>();
    if (!strange.isEmpty()) {
      words.add("it also says " + list(strange));
    }
    if (!missing.isEmpty()) {
      words.add("it never says " + list(missing));
    }
    return Optional.of(String.join(", ", words));
  }

  private static String list(Set<String> labels) {
    return String.join(", ", new TreeSet<>(labels));
  }

  private static Finding contract(
      Answers all, List<Guards.Rung> chain, int at, String diff, Set<String> champion) {
    Guards.Rung rung = chain.get(at);
    boolean value = rung.use().equals("default_value");
    String nearest = Nearest.of(rung.value().orElse(""), champion.stream().sorted().toList());
    ArrayNode rest = (ArrayNode) all.given("serving.fallback").canonical().path("chain").deepCopy();
    if (!value) {
      rest.remove(at);
    }
    Patch patch =
        value
            ? Rules.patch("serving.fallback.chain[%d].value".formatted(at), nearest)
            : new Patch("serving.fallback.chain", rest);
    return new Finding(
        7,
        Rules.level(all, "serving.fallback", "serving.fallback"),
        List.of("serving.fallback", "model"),
        "Rung %s answers with another contract: %s.".formatted(rung.use(), diff),
        value ? "Answer '%s'.".formatted(nearest) : "Take the rung out.",
        List.of(patch));
  }

  /** Rule 8: fairness by something that no row carries. */
  static List<Finding> slices(Answers all, Facts facts) {
    List<Training.Need> needs = all.get(Training.Nfr.class).requirements();
    List<Finding> found = new ArrayList<>();
    List<String> questions = List.of("nfr", "data");
    for (int i = 0; i < needs.size(); i++) {
      Training.Need need = needs.get(i);
      if (!need.attribute().equals("fairness") || need.slice().isEmpty()) {
        continue;
      }
      String slice = need.slice().get();
      if (facts.fields().isEmpty()) {
        found.add(
            Rules.unknown(
                8,
                questions,
                "Fairness by %s: the fields of the data are unknown until rows are stored."
                    .formatted(slice)));
      } else if (!facts.fields().get().contains(slice)) {
        List<String> known = facts.fields().get().stream().sorted().toList();
        String nearest = known.isEmpty() ? "" : Nearest.of(slice, known);
        ArrayNode rest = (ArrayNode) all.given("nfr").canonical().path("requirements").deepCopy();
        rest.remove(i);
        found.add(
            new Finding(
                8,
                Rules.level(all, "nfr", "nfr"),
                questions,
                "Fairness by %s: the schema has no such field; it has %s."
                    .formatted(slice, known.isEmpty() ? "none" : String.join(", ", known)),
                known.isEmpty()
                    ? "Store %s with each row, or take the requirement out.".formatted(slice)
                    : "Judge it by %s, or store %s with each row.".formatted(nearest, slice),
                List.of(
                    known.isEmpty()
                        ? new Patch("nfr.requirements", rest)
                        : Rules.patch("nfr.requirements[%d].slice".formatted(i), nearest))));
      }
    }
    return found;
  }

  /** Rule 9: data that must stay in one place, and a machine in another. */
  static List<Finding> residency(Answers all, Facts facts) {
    List<Finding> found = new ArrayList<>();
    Set<String> declared = new TreeSet<>();
    all.find(Intent.Solution.class)
        .ifPresent(s ->
            s.constraints().stream()
                .filter(c -> c.kind().equals("residency"))
                .forEach(c -> declared.add(c.target().strip())));
    List<Deploy.Place> places = all.get(Deploy.Targets.class).targets();
    for (int i = 0; i < places.size(); i++) {
      target(all, declared, places.get(i), i).ifPresent(found::add);
    }
    Training.Where where = all.get(Training.Where.class);
    Set<String> allowed = new TreeSet<>(where.residency());
    if (allowed.isEmpty()) {
      allowed.addAll(declared);
    }
    if (!allowed.isEmpty()) {
      runner(all, where, allowed, facts).ifPresent(found::add);
    }
    return found;
  }

  private static Optional<Finding> target(
      Answers all, Set<String> declared, Deploy.Place place, int at) {
    Set<String> must = new TreeSet<>(declared);
    place.residency().ifPresent(must::add);
    if (must.isEmpty()) {
      return Optional.empty();
    }
    List<String> questions = List.of("solution", "deploy.targets");
    Optional<String> zone = place.zone().or(place::residency);
    if (zone.isEmpty()) {
      return Optional.of(
          Rules.unknown(
              9,
              questions,
              "Data must stay in %s; where %s stands is not said."
                  .formatted(list(must), place.name())));
    }
    if (must.stream().allMatch(region -> within(zone.get(), region))) {
      return Optional.empty();
    }
    String home = declared.isEmpty() ? must.iterator().next() : declared.iterator().next();
    List<Patch> move = new ArrayList<>();
    move.add(Rules.patch("deploy.targets.targets[%d].zone".formatted(at), home));
    if (place.residency().filter(region -> !within(home, region)).isPresent()) {
      move.add(Rules.patch("deploy.targets.targets[%d].residency".formatted(at), home));
    }
    return Optional.of(
        new Finding(
            9,
            Rules.level(all, "deploy.targets", "deploy.targets"),
            questions,
            "Data must stay in %s; %s is in %s.".formatted(list(must), place.name(), zone.get()),
            "Move %s to %s.".formatted(place.name(), home),
            List.copyOf(move)));
  }

  private static Optional<Finding> runner(
      Answers all, Training.Where where, Set<String> allowed, Facts facts) {
    List<String> questions = List.of("ct.where", "solution");
    boolean here = Set.of("embedded", "local_process").contains(where.runIn());
    Optional<Facts.Node> node = here ? facts.nodes().stream().findFirst() : Optional.empty();
    Optional<String> zone = node.flatMap(Facts.Node::zone);
    if (zone.isEmpty()) {
      return Optional.of(
          Rules.unknown(
              9,
              questions,
              "Data must stay in %s; where training runs (%s) is not known."
                  .formatted(list(allowed), where.runIn())));
    }
    if (allowed.stream().anyMatch(region -> within(zone.get(), region))) {
      return Optional.empty();
    }
    Set<String> wider = new TreeSet<>(where.residency());
    wider.add(zone.get());
    return Optional.of(
        new Finding(
            9,
            Rules.level(all, "ct.where", "ct.where"),
            questions,
            "Data must stay in %s; %s is in %s."
                .formatted(list(allowed), node.orElseThrow().name(), zone.get()),
            "Train on a machine in %s, or allow %s in ct.where.residency."
                .formatted(list(allowed), zone.get()),
            List.of(new Patch("ct.where.residency", Json.tree(wider)))));
  }

  /** A zone lies in a region that has its name or is the beginning of it: eu-west-1 in eu. */
  static boolean within(String zone, String region) {
    return zone.equalsIgnoreCase(region)
        || zone.toLowerCase(java.util.Locale.ROOT)
            .startsWith(region.toLowerCase(java.util.Locale.ROOT) + "-");
  }
}
