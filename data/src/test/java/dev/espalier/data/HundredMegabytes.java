package dev.espalier.data;

import dev.espalier.artifacts.LocalArtifactStore;
import dev.espalier.platform.Database;
import dev.espalier.platform.Events;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.TestDatabase;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;

/** A process of its own, started with a small heap, that adds and freezes 100 MB of CSV. */
final class HundredMegabytes {
  private static final long SIZE = 100L << 20;

  private HundredMegabytes() {}

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    try (Database database = TestDatabase.in(folder)) {
      InstantSource clock = InstantSource.system();
      Datasets datasets =
          new Datasets(
              database,
              new LocalArtifactStore(folder.resolve("artifacts")),
              new Events(database, new ProductClocks(database, clock), clock),
              clock);
      Added added = datasets.add("big", new Lines(), Format.CSV);
      Snapshot snapshot = datasets.snapshot("big");
      System.out.println(added.rows() + " " + added.rejected() + " " + snapshot.rows());
    }
  }

  /** Rows of about 1 kB, made as they are read. */
  private static final class Lines extends InputStream {
    private byte[] line = "text,label\n".getBytes(StandardCharsets.UTF_8);
    private int at;
    private long sent;

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (at == line.length) {
        if (sent >= SIZE) {
          return -1;
        }
        String text = Long.toString(sent * 0x9e3779b97f4a7c15L, 36) + " word".repeat(200);
        line = (text + ",spam\n").getBytes(StandardCharsets.UTF_8);
        at = 0;
      }
      int n = Math.min(length, line.length - at);
      System.arraycopy(line, at, target, offset, n);
      at += n;
      sent += n;
      return n;
    }
  }
}
