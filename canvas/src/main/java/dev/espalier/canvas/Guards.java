package dev.espalier.canvas;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** What stands before and after the model: checks of the input, and who answers instead. */
sealed interface Guards extends Answer {
  record PreAssertion(
      @F(main = true, def = "[schema, length]", tighter = F.Tighter.SUPERSET) List<String> rules,
      @F(
              def = "fallback",
              oneOf = {"reject", "fallback"})
          String onFail)
      implements Guards {
    private static final Pattern LENGTH =
        Pattern.compile("length(\\s*(<=|≤)\\s*[1-9]\\d{0,8}(\\s*(characters|bytes|tokens))?)?");

    /** A rule that nothing checks would be a promise that nothing keeps. */
    public PreAssertion {
      for (String rule : rules) {
        String plain = rule.strip();
        if (!plain.equals("schema") && !LENGTH.matcher(plain).matches()) {
          throw new Scalars.Refused(
              "the rule '%s' cannot be checked: %s"
                  .formatted(
                      plain.length() > 40 ? plain.substring(0, 40) + "…" : plain, why(plain)),
              "schema, or length <= 4000 characters");
        }
      }
    }

    /** The stated rules; of two lengths, that of what is in scope included, the shorter holds. */
    private List<String> rules(Answers all) {
      OptionalInt scope =
          all.find(Intent.Solution.class).stream()
              .flatMap(solution -> solution.outOfScope().stream())
              .flatMapToInt(each -> each.longest().stream())
              .min();
      if (scope.isEmpty()) {
        return rules;
      }
      List<String> merged = new ArrayList<>();
      int shortest = scope.getAsInt();
      for (String rule : rules) {
        if (LENGTH.matcher(rule.strip()).matches()) {
          String digits = rule.replaceAll("\\D", "");
          shortest = digits.isEmpty() ? shortest : Math.min(shortest, Integer.parseInt(digits));
        } else {
          merged.add(rule);
        }
      }
      merged.add("length <= " + shortest);
      return merged;
    }

    private static String why(String rule) {
      if (rule.startsWith("oov")) {
        return "tokenizers spell unknown words out, so that none is out of vocabulary";
      }
      if (rule.startsWith("language")) {
        return "nothing here tells languages apart";
      }
      return rule.startsWith("length")
          ? "a length is a number of characters, bytes or tokens"
          : "no check has this name";
    }

    static final Question<PreAssertion> QUESTION =
        Question.of(
                "S29",
                "serving.pre_assertion",
                Lane.MAINTAIN,
                Kind.POLICY,
                PreAssertion.class,
                "How is input checked?")
            .help("What is checked before the model sees an input.")
            .example(
                """
                {rules: [schema, "length <= 4000"], on_fail: reject}
                """)
            .claim(p -> "%s, else %s".formatted(String.join(", ", p.rules), p.onFail))
            .compile((p, to) ->
                to.add("pre_assertion", new Spec.PreAssertion(p.rules(to.answers()), p.onFail)))
            .evidence((_, _) ->
                List.of(
                    Clause.live("fail_rate", Intent.DAY, "the fail rate by rule is known"),
                    Clause.drill("malformed", "malformed input gives no server error")
                        .waitsWhile("no drill has sent malformed input")
                        .within(Bound.atMost(0, "count"))));
  }

  record Rung(
      @F(
              oneOf = {
                "timeout",
                "error",
                "overload",
                "low_confidence",
                "out_of_domain",
                "pre_fail",
                "post_fail",
                "*"
              })
          Set<String> on,
      @F(
              main = true,
              oneOf = {
                "previous_champion",
                "baseline",
                "rule",
                "cached",
                "default_value",
                "human_queue",
                "reject"
              })
          String use,
      Optional<String> value,
      Optional<Duration> timeout) {}

  record Fallback(
      @F(def = "['sum(prob) = 1', 'label set', 'confidence >= 0.5']", tighter = F.Tighter.SUPERSET)
          List<String> post,
      Optional<Duration> primaryTimeout,
      @F(
              main = true,
              def =
                  "[{on: [timeout, error, post_fail], use: previous_champion}, {on: ['*'], use: baseline}, {on: ['*'], use: reject}]")
          List<Rung> chain,
      @F(def = "2% per hour", max = 1, tighter = F.Tighter.LOWER) Share maxRate)
      implements Guards {
    private static final Pattern POST =
        Pattern.compile(
            "sum\\(prob\\) = 1|label set|confidence\\s*(>=|≥)\\s*(0(\\.\\d{1,6})?|\\.\\d{1,6})");

    static final Question<Fallback> QUESTION =
        Question.of(
                "P4",
                "serving.fallback",
                Lane.MAINTAIN,
                Kind.POLICY,
                Fallback.class,
                "What if the output is inadequate (post-assertion, heuristic)?")
            .help(
                "Who answers when the champion cannot, in which order, how often at most. One finite number for each label is asked of every answer; post asks for more: sum(prob) = 1 that they are a distribution, label set that whoever answers instead has the champion's labels, confidence that the first label is likely enough (of several limits the tightest). The value of a rule is its words: %s."
                    .formatted(Heuristic.NEAREST))
            .example(
                """
                {post: ["sum(prob) = 1", "confidence >= 0.5"], primary_timeout: 500ms,
                chain: [{on: [timeout, error], use: previous_champion, timeout: 200ms},
                {on: [low_confidence, pre_fail], use: rule, value: "offer, prize -> spam", timeout: 50ms},
                {on: ["*"],
                use: default_value, value: inbox}], max_rate: 2% per hour}
                """)
            .claim(f ->
                "%s; at most %s %% an hour"
                    .formatted(
                        String.join(" → ", f.chain.stream().map(Rung::use).toList()),
                        Bound.number(100 * f.maxRate.share())))
            .refuses(
                new Unbuilt(
                    "post",
                    "rules other than sum(prob) = 1, label set and confidence >= 0 to below 1",
                    "No other rule about an answer can be checked; none is certain, and a limit of 1 would let through what rounding makes 1",
                    "confidence >= 0.5",
                    rule -> !POST.matcher(rule.asText().strip()).matches()))
            .refuses(
                Unbuilt.words(
                    "chain.on",
                    List.of("out_of_domain"),
                    "Nothing tells texts of another domain apart; what is out of scope by its length is an input check",
                    "pre_fail"))
            .refuses(
                Unbuilt.words(
                    "chain.use",
                    List.of("cached"),
                    "No answer is kept to be given again: texts hardly repeat, and a version answers the same text the same",
                    "baseline"))
            .refuses(
                Unbuilt.words(
                    "chain.use",
                    List.of("human_queue"),
                    "Nobody answers while a caller waits; people see labels in the review queue of feedback",
                    "reject"))
            .refuses(
                new Unbuilt(
                    "chain",
                    "default_value without a value",
                    "Without its value the rung has nothing to say",
                    "value: the label to answer with",
                    rung -> says(rung, "default_value") && rung.path("value").asText("").isBlank()))
            .refuses(
                new Unbuilt(
                    "chain",
                    "rule without cases in its value",
                    "A rule decides by words: cases of words, an arrow and a label, apart by semicolons",
                    "value: " + Heuristic.NEAREST,
                    rung ->
                        says(rung, "rule")
                            && Heuristic.read(rung.path("value").asText("")).isEmpty()))
            .compile((f, to) -> to.add("fallback", f.spec(to.answers())))
            .evidence((f, _) ->
                List.of(
                    Clause.live("rate", Intent.DAY, "the fallback rate")
                        .within(Bound.atMost(f.maxRate.share(), "share")),
                    Clause.live("rungs", Intent.DAY, "every rung has its own metric"),
                    Clause.live("numbers", Intent.DAY, "no answer fails the check of its numbers")
                        .within(Bound.atMost(0, "share")),
                    Clause.drill("drill", "each failure injected, every rung answers in time")
                        .freshFor(Duration.ofDays(14))));

    private static boolean says(JsonNode rung, String use) {
      return rung.path("use").asText().equals(use);
    }

    /** Half of the caller's patience for the champion, the rest split equally where not stated. */
    Spec.Fallback spec(Answers all) {
      Duration timeout =
          all.find(Serving.Mode.class).map(m -> m.online().timeout()).orElse(Duration.ofSeconds(1));
      Duration primary = primaryTimeout.orElse(timeout.dividedBy(2));
      Duration stated =
          chain.stream().flatMap(r -> r.timeout.stream()).reduce(Duration.ZERO, Duration::plus);
      Duration rest = timeout.minus(primary).minus(stated);
      long open = Math.max(1, chain.stream().filter(r -> r.timeout.isEmpty()).count());
      Duration each = rest.isNegative() ? Duration.ZERO : rest.dividedBy(open);
      List<Spec.FallbackRung> rungs = new ArrayList<>();
      chain.forEach(
          r -> rungs.add(new Spec.FallbackRung(r.on, r.use, r.value, r.timeout.orElse(each))));
      return new Spec.Fallback(post, primary, rungs, maxRate.share());
    }
  }
}
