package dev.espalier.server.commands;

import dev.espalier.cli.Api;
import dev.espalier.server.Espalier;
import dev.espalier.server.ServerConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One start on an empty home, with a few requests: what the AOT cache is made from. */
@Command(name = "warm-up", hidden = true, description = "Trains the AOT cache.")
final class WarmUpCommand implements Callable<Integer> {
  @Option(names = "--home", required = true)
  Path home = Path.of(".espalier");

  @Override
  public Integer call() {
    try (Espalier espalier = Espalier.start(new ServerConfig(home, "127.0.0.1", 0))) {
      Api api = new Api(espalier.url());
      for (int i = 0; i < 20; i++) {
        api.get("/canvases");
        api.get("/datasets");
      }
    }
    return 0;
  }
}
