package dev.espalier.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * A real S3 server over a folder, on loopback, that checks signatures. In front of it a line that
 * can be cut: the next answer longer than so many bytes ends there.
 */
public final class S3Server implements AutoCloseable {
  /** Credentials that it accepts. */
  public static final Map<String, String> KEYS =
      Map.of("AWS_ACCESS_KEY_ID", "espalier", "AWS_SECRET_ACCESS_KEY", "only for tests");

  private final S3Proxy proxy;
  private final Path folder;
  private final ServerSocket line;
  private final AtomicLong cutAfter = new AtomicLong(Long.MAX_VALUE);

  public S3Server(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    proxy =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(folder.toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, "espalier", "only for tests")
            .stopTimeout(0)
            .build();
    proxy.start();
    line = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** A bucket of that name, made now. */
  public S3Address bucket(String name) throws IOException {
    Files.createDirectories(folder.resolve(name));
    return S3Address.parse("s3://%s/some/prefix?endpoint=%s".formatted(name, endpoint()));
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + line.getLocalPort());
  }

  /** The file behind a key. */
  Path file(String bucket, String key) {
    return folder.resolve(bucket).resolve(key);
  }

  /** Cuts the line once, after so many bytes of one connection's answers. */
  void cutAfter(long bytes) {
    cutAfter.set(bytes);
  }

  Optional<Long> cutPending() {
    return Optional.of(cutAfter.get()).filter(bytes -> bytes < Long.MAX_VALUE);
  }

  private void accept() {
    while (!line.isClosed()) {
      try {
        Socket caller = line.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), proxy.getPort());
        Thread.ofVirtual().start(() -> pump(caller, server, false));
        Thread.ofVirtual().start(() -> pump(server, caller, true));
      } catch (IOException closed) {
        // The test is over, or this caller is gone.
      }
    }
  }

  private void pump(Socket from, Socket to, boolean answers) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[1 << 14];
      long sent = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        out.flush();
        sent += n;
        if (answers && sent > cutAfter.get()) {
          cutAfter.set(Long.MAX_VALUE);
          return;
        }
      }
    } catch (IOException gone) {
      // Either side hung up.
    }
  }

  @Override
  public void close() throws Exception {
    line.close();
    proxy.stop();
  }
}
