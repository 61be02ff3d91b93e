package dev.espalier.data;

import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * A reader of UTF-8 that refuses anything else and says where: byte offset and line. A byte order
 * mark at the start is skipped. Hand it at least two characters of room a read.
 */
final class StrictUtf8 extends Reader {
  private final InputStream in;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).flip();
  private long consumed;
  private long line = 1;
  private boolean started;
  private boolean ended;

  StrictUtf8(InputStream in) {
    this.in = in;
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    CharBuffer out = CharBuffer.wrap(target, offset, length);
    while (true) {
      int before = bytes.position();
      CoderResult result = decoder.decode(bytes, out, ended);
      consumed += bytes.position() - before;
      int produced = out.position() - offset;
      countLines(target, offset, produced);
      if (result.isError()) {
        throw malformed();
      }
      if (produced > 0) {
        return withoutMark(target, offset, produced);
      }
      if (ended) {
        return -1;
      }
      fill();
    }
  }

  private int withoutMark(char[] target, int offset, int produced) throws IOException {
    boolean mark = !started && target[offset] == '\ufeff';
    started = true;
    if (!mark) {
      return produced;
    }
    System.arraycopy(target, offset + 1, target, offset, produced - 1);
    return produced > 1 ? produced - 1 : read(target, offset, produced + 1);
  }

  private void countLines(char[] target, int offset, int produced) {
    for (int i = offset; i < offset + produced; i++) {
      if (target[i] == '\n') {
        line++;
      }
    }
  }

  private EspalierException malformed() {
    return EspalierException.invalid(
        "Not UTF-8: byte 0x%02x at offset %d, line %d. Save the file as UTF-8; nothing was added."
            .formatted(bytes.get(bytes.position()) & 0xff, consumed, line));
  }

  private void fill() throws IOException {
    bytes.compact();
    int n = in.read(bytes.array(), bytes.position(), bytes.remaining());
    if (n < 0) {
      ended = true;
    } else {
      bytes.position(bytes.position() + n);
    }
    bytes.flip();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
