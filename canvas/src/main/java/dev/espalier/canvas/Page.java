package dev.espalier.canvas;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The page: what the product is called, who works on it, which model family it uses. */
sealed interface Page extends Answer {
  record Arch(
      @F(def = "2", min = 1, max = 48) int layers,
      @F(def = "4", min = 1, max = 64) int heads,
      @F(def = "64", min = 4, max = 8192) int dModel,
      @F(def = "256", min = 4, max = 32768) int dFf,
      @F(def = "128", min = 4, max = 8192) int maxLen,
      @F(def = "8000", min = 16, max = 500000) int vocab,
      @F(
              def = "bpe",
              oneOf = {"bpe", "word", "char"})
          String tokenizer,
      @F(
              def = "learned",
              oneOf = {"learned", "sinusoidal", "rope"})
          String pos,
      @F(
              def = "pre",
              oneOf = {"pre", "post"})
          String norm,
      @F(def = "0.1", max = 1) Share dropout,
      @F(help = "derived from the family where nothing is said") Optional<Boolean> causal) {
    public Arch {
      if (dModel % heads != 0) {
        int divisor = heads;
        while (dModel % divisor != 0) {
          divisor--;
        }
        throw new Scalars.Refused(
            "d_model %d is not a multiple of heads %d".formatted(dModel, heads),
            "heads: " + divisor);
      }
    }
  }

  record Model(
      @F(
              def = "encoder",
              main = true,
              oneOf = {"rule", "linear", "encoder", "decoder", "encoder_decoder", "external"})
          String family,
      @F(def = "{}") Arch arch)
      implements Page {
    static final Question<Model> QUESTION =
        Question.of(
                "A3",
                "model",
                Lane.DESIGN,
                Kind.CONFIG,
                Model.class,
                "Which model family and shape?")
            .help("The network that the ladder may climb to; a simpler champion is no failure.")
            .refuses(
                Unbuilt.words(
                    "arch.pos",
                    List.of("sinusoidal", "rope"),
                    "The transformer that is trained here learns its positions",
                    "learned"))
            .refuses(
                Unbuilt.words(
                    "arch.norm",
                    List.of("post"),
                    "The transformer that is trained here normalises before each block",
                    "pre"))
            .refuses(
                Unbuilt.words(
                    "arch.tokenizer",
                    List.of("word", "char"),
                    "The transformer that is trained here learns a byte-pair encoding",
                    "bpe"))
            .example(
                """
                {family: encoder, arch: {layers: 2, heads: 4, d_model: 128, d_ff: 512, max_len: 256,
                vocab: 16000, tokenizer: bpe}}
                """)
            .claim(Model::words)
            .compile((m, to) -> {
              to.add(
                  "model",
                  new Spec.Architecture(
                      m.family,
                      m.arch.layers,
                      m.arch.heads,
                      m.arch.dModel,
                      m.arch.dFf,
                      m.arch.maxLen,
                      m.arch.vocab,
                      m.arch.tokenizer,
                      m.arch.dropout.share()));
            })
            .evidence((m, _) -> {
              boolean attends = m.family.contains("coder");
              return List.of(
                  Clause.recorded("ladder", "the champion's ladder contains the declared family"),
                  Clause.recorded("attention_rows", "attention rows sum to 1")
                      .within(Bound.atMost(1e-5, "share"))
                      .onlyIf(attends, "the family has no attention"),
                  Clause.recorded("causal_leak", "no token sees the future")
                      .within(Bound.atMost(0, "count"))
                      .unbuilt("nothing tests a decoder for leaks of what comes later")
                      .onlyIf(m.family.equals("decoder"), "only a decoder is causal"),
                  Clause.recorded("golden", "training and serving give the same answers")
                      .within(Bound.atMost(1e-5, "share")));
            });

    private String words() {
      return switch (family) {
        case "rule" -> "Written rules";
        case "linear" -> "A linear model";
        case "external" -> "A model made elsewhere";
        case String network ->
            "%s %s of %d layers, %d heads, width %d"
                .formatted(
                    network.startsWith("e") ? "An" : "A",
                    network.replace('_', '-'),
                    arch.layers,
                    arch.heads,
                    arch.dModel);
      };
    }

    /** Whether no position sees a later one; a decoder's never does unless it is told to. */
    boolean causal() {
      return arch.causal.orElse(family.equals("decoder"));
    }
  }

  record Name(@F(main = true) String name) implements Page {
    public Name {
      if (name.length() > 120) {
        throw new Scalars.Refused("a name has at most 120 characters", name.substring(0, 120));
      }
    }

    static final Question<Name> QUESTION =
        Question.of(
                "A8",
                "product.name",
                Lane.DESIGN,
                Kind.CONFIG,
                Name.class,
                "What is the product called?")
            .help("Names the project, its name space and its folder.")
            .example("mail-filter")
            .claim(n -> n.name)
            .evidence((_, _) -> List.of(Clause.recorded("exists", "the product exists")));

    /** The name in lower case, words joined by dashes. */
    String slug() {
      return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }
  }

  record Author(
      String user,
      @F(
              main = true,
              def = "contributor",
              oneOf = {"owner", "maintainer", "contributor", "approver", "viewer", "consumer"})
          String role,
      @F(def = "Mon-Fri 09:00-17:00 UTC", help = "when an approver is at work") String hours) {}

  record Authors(@F(main = true, def = "[{user: local, role: owner}]") List<Author> authors)
      implements Page {
    static final Question<Authors> QUESTION =
        Question.of(
                "A9",
                "product.authors",
                Lane.DESIGN,
                Kind.POLICY,
                Authors.class,
                "Who writes, approves, views?")
            .help("Who may write, approve and look; hours are when an approver is at work.")
            .example("{ana: owner, ben: approver, cem: contributor}")
            .claim(a ->
                String.join(
                    ", ",
                    a.authors.stream().map(each -> each.user + " (" + each.role + ")").toList()))
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("owners_active", "an owner acted within 90 days")
                        .freshFor(java.time.Duration.ofDays(90)),
                    Clause.recorded(
                        "audit_actors", "everyone who changed the canvas is an author")));

    String owner() {
      return authors.stream()
          .filter(a -> a.role.equals("owner"))
          .findFirst()
          .map(Author::user)
          .orElse("local");
    }
  }

  record Template(
      @F(
              main = true,
              def = "mwml12+stack11",
              oneOf = {"mwml12+stack11", "ownml11"})
          String template)
      implements Page {
    static final Question<Template> QUESTION =
        Question.of(
                "A7",
                "canvas.template",
                Lane.DESIGN,
                Kind.CONFIG,
                Template.class,
                "Which canvas template?")
            .help("Layout of the board; the attribution lines are fixed.")
            .refuses(
                Unbuilt.words(
                    "template",
                    List.of("ownml11"),
                    "The board, its print and the documents have one layout",
                    "mwml12+stack11"))
            .example("mwml12+stack11")
            .claim(Template::template)
            .evidence((_, _) ->
                List.of(
                    Clause.recorded("attribution", "every export carries the attribution lines")));
  }
}
