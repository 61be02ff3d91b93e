package dev.espalier.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The tokens that name people. */
@Command(
    name = "token",
    mixinStandardHelpOptions = true,
    description = "Creates, lists and revokes the tokens that name people.",
    subcommands = {
      TokenCommand.Create.class,
      TokenCommand.ListAll.class,
      TokenCommand.Revoke.class
    })
final class TokenCommand {
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Creates a token for a member; its secret is shown this once.",
      footer = {
        "",
        "Example:",
        "  espalier token create --user ben --ttl 30d",
        "  ESPALIER_TOKEN=esp_… espalier approve mail-filter sha256:…"
      })
  static final class Create implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Option(names = "--user", required = true, description = "As product.authors has it.")
    String user = "";

    @Option(names = "--ttl", description = "How long it works: 12h, 30d, PT15M. Default: 90d.")
    Optional<String> ttl = Optional.empty();

    @Override
    public Integer call() {
      Map<String, Object> request = new LinkedHashMap<>(Map.of("user", user));
      ttl.ifPresent(text -> request.put("ttl", Times.duration("--ttl", text).toString()));
      server.print(
          server.api().post("/tokens", request),
          issued ->
              List.of(
                  issued.path("token").asText(),
                  "For %s until %s. Keep it: it is not shown again."
                      .formatted(user, issued.path("about").path("expiresAt").asText())));
      return 0;
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists your tokens; all of them without a token, at the machine itself.",
      footer = {"", "Example:", "  espalier token list"})
  static final class ListAll implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Override
    public Integer call() {
      server.print(server.api().get("/tokens"), ListAll::lines);
      return 0;
    }

    private static List<String> lines(JsonNode tokens) {
      List<String> lines = new ArrayList<>();
      tokens.forEach(token -> lines.add(line(token)));
      return lines.isEmpty() ? List.of("No tokens.") : lines;
    }
  }

  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "Revokes a token from this moment.",
      footer = {"", "Example:", "  espalier token revoke tok_01…"})
  static final class Revoke implements Callable<Integer> {
    @Mixin ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "ID", description = "As the list shows it.")
    String id = "";

    @Override
    public Integer call() {
      JsonNode revoked = server.api().post("/tokens/%s/revoke".formatted(Api.id(id)), Map.of());
      server.print(revoked, token -> List.of(line(token)));
      return 0;
    }
  }

  private static String line(JsonNode token) {
    String state =
        token.has("revokedAt")
            ? "revoked " + token.path("revokedAt").asText()
            : "until " + token.path("expiresAt").asText();
    return "%s  %-16s %s, last used %s"
        .formatted(
            token.path("id").asText(),
            token.path("user").asText(),
            state,
            token.path("lastUsedAt").asText("never"));
  }
}
