package dev.espalier.artifacts;

import dev.espalier.platform.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.function.LongFunction;

/**
 * An artifact as it arrives: hashed on the way, checked at its end. A line that breaks is taken up
 * again at the byte where it broke. Used by one thread.
 */
final class S3Download extends InputStream {
  private static final int RESUMES = 4;
  private final Digest digest;
  private final LongFunction<Source> resume;
  private final MessageDigest hash = Digest.sha256();
  private Source source;
  private long position;
  private int resumes;
  private boolean ended;

  /** One answer of the store, and how to let go of it unread. */
  record Source(InputStream body, Runnable abort) {}

  /** The bytes are not what their digest says. */
  static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedException(Digest digest) {
      super(
          "Artifact %s is damaged: its bytes no longer match its digest. Restore it from a backup"
              .formatted(digest));
    }
  }

  S3Download(Digest digest, Source source, LongFunction<Source> resume) {
    this.digest = digest;
    this.source = source;
    this.resume = resume;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0 || ended) {
      return length == 0 ? 0 : -1;
    }
    int n = received(buffer, offset, length);
    if (n >= 0) {
      hash.update(buffer, offset, n);
      position += n;
      return n;
    }
    ended = true;
    if (!Digest.of(hash).equals(digest)) {
      throw new DamagedException(digest);
    }
    return -1;
  }

  private int received(byte[] buffer, int offset, int length) throws IOException {
    while (true) {
      try {
        return source.body().read(buffer, offset, length);
      } catch (IOException broken) {
        if (++resumes > RESUMES) {
          throw broken;
        }
        source.abort().run();
        source = resume.apply(position);
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (ended) {
      source.body().close();
    } else {
      source.abort().run();
    }
  }
}
