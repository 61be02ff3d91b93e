package dev.espalier.data;

import dev.espalier.artifacts.ArtifactStore;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Rows at rest: gzip-compressed JSON lines in the artifact store, cut after {@value #MAX_ROWS} rows
 * or {@value #MAX_BYTES} bytes, so that neither writing nor reading holds more than one segment.
 */
final class Segments {
  private static final int MAX_ROWS = 20_000;
  private static final int MAX_BYTES = 8 << 20;
  private final ArtifactStore artifacts;

  Segments(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /** Writes rows as they come. */
  List<Digest> write(Iterator<Row> rows) {
    List<Digest> segments = new ArrayList<>();
    while (rows.hasNext()) {
      segments.add(artifacts.put(segment(rows)));
    }
    return segments;
  }

  private static byte[] segment(Iterator<Row> rows) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out, 1 << 15)) {
      long bytes = 0;
      for (int n = 0; n < MAX_ROWS && bytes < MAX_BYTES && rows.hasNext(); n++) {
        byte[] line = Json.bytes(rows.next());
        gzip.write(line);
        gzip.write('\n');
        bytes += line.length;
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  /** Reads rows in order, one segment in memory at a time, each verified against its digest. */
  Iterator<Row> read(List<Digest> segments) {
    return new SegmentRows(segments.iterator());
  }

  private final class SegmentRows implements Iterator<Row> {
    private final Iterator<Digest> left;
    private Optional<BufferedReader> reader = Optional.empty();
    private Optional<Row> next = Optional.empty();

    SegmentRows(Iterator<Digest> left) {
      this.left = left;
    }

    @Override
    public boolean hasNext() {
      while (next.isEmpty()) {
        if (reader.isEmpty()) {
          if (!left.hasNext()) {
            return false;
          }
          reader = Optional.of(open(left.next()));
        }
        next = line(reader.get()).map(line -> Json.read(line, Row.class));
        if (next.isEmpty()) {
          reader = Optional.empty();
        }
      }
      return true;
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      Row row = next.orElseThrow();
      next = Optional.empty();
      return row;
    }
  }

  private BufferedReader open(Digest segment) {
    try {
      return new BufferedReader(
          new InputStreamReader(
              new GZIPInputStream(new ByteArrayInputStream(artifacts.read(segment))),
              StandardCharsets.UTF_8));
    } catch (IOException failure) {
      throw damaged(failure);
    }
  }

  private static Optional<String> line(BufferedReader reader) {
    try {
      return Optional.ofNullable(reader.readLine());
    } catch (IOException failure) {
      throw damaged(failure);
    }
  }

  private static EspalierException damaged(IOException failure) {
    return new EspalierException(
        ErrorCode.INTERNAL, "A data segment cannot be read: " + failure.getMessage(), failure);
  }
}
