package dev.espalier.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every client command takes: which server, and how to answer. */
final class ServerOptions {
  @Spec(Spec.Target.MIXEE)
  CommandSpec command = CommandSpec.create();

  @Option(
      names = "--url",
      description = "The server. Default: ${DEFAULT-VALUE}, or ESPALIER_URL.",
      defaultValue = "${env:ESPALIER_URL:-http://127.0.0.1:8080}")
  String url = "http://127.0.0.1:8080";

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "Who asks; better given as ESPALIER_TOKEN, which no process list shows.",
      defaultValue = "${env:ESPALIER_TOKEN:-}")
  String token = "";

  @Option(names = "--json", description = "Answer with the API's JSON.")
  boolean json;

  Api api() {
    String plain = token.strip();
    if (!plain.isEmpty() && !plain.matches("esp_[A-Za-z0-9_-]{1,90}")) {
      throw EspalierException.invalidField(
          "--token",
          "token",
          "That is no token; one begins with esp_. Create one with: espalier token create",
          Optional.empty());
    }
    return new Api(url, plain.isEmpty() ? Optional.empty() : Optional.of(plain));
  }

  /** Where the command's answer goes. */
  PrintWriter out() {
    return command.commandLine().getOut();
  }

  /** Prints {@code answer} as JSON, or the lines that {@code words} makes of it. */
  void print(JsonNode answer, Function<JsonNode, Iterable<String>> words) {
    PrintWriter out = out();
    if (json) {
      out.println(pretty(answer));
    } else {
      words.apply(answer).forEach(out::println);
    }
    out.flush();
  }

  private static String pretty(JsonNode answer) {
    try {
      return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(answer);
    } catch (JsonProcessingException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "Cannot print the answer", failure);
    }
  }
}
