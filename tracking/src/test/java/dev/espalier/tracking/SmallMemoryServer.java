package dev.espalier.tracking;

import java.nio.file.Path;

/** The routes in a process of their own, whose heap the test bounds. */
final class SmallMemoryServer {
  private SmallMemoryServer() {}

  public static void main(String[] arguments) throws Exception {
    try (MlflowServer server = new MlflowServer(Path.of(arguments[0]))) {
      System.out.println(server.url());
      System.out.flush();
      int _ = System.in.read();
    }
  }
}
