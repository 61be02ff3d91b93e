package dev.espalier.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A person at a terminal, with a folder, in front of a server that answers as scripted. */
abstract class Terminal {
  @TempDir Path folder;
  final ScriptedServer server;
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  Terminal() {
    try {
      server = new ScriptedServer();
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Types a command to that server, or to the one that it names; its exit code. */
  int espalier(String... arguments) {
    List<String> typed = Arrays.asList(arguments);
    Stream<String> where =
        typed.contains("--url") ? Stream.empty() : Stream.of("--url", server.url());
    return Main.commandLine(new Main())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(Stream.concat(typed.stream(), where).toArray(String[]::new));
  }
}
