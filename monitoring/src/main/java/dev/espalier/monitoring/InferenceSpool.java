package dev.espalier.monitoring;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that wait for the database, in a file of fixed size that is mapped into memory: a ring.
 * What was appended is the operating system's from then on and outlives this process, however it
 * ends; a power loss may take it.
 *
 * <p>Layout: a header of 64 bytes (magic, state, tail, cleared), then the ring. Tail and cleared
 * are counted from the ring's first use on and only grow; the place is the remainder. A record
 * begins at a multiple of 8 with one word, CRC-32C and length, that is stored last and in one
 * piece; the word behind the newest record is 0. So a record that a kill tore is none, and a reader
 * stops there. Settled records are overwritten with zeros: no text stays here for longer than it
 * waits.
 *
 * <p>One thread appends and one settles at a time; they may be two.
 */
final class InferenceSpool implements AutoCloseable {
  /** Room for the records of a few seconds under full load. */
  static final int BYTES = 16 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(InferenceSpool.class);
  private static final long MAGIC = 0x4553_5053_504f_4f01L;
  private static final long OPEN = 1;
  private static final long CLOSED = 2;
  private static final int STATE_AT = 8;
  private static final int TAIL_AT = 16;
  private static final int CLEARED_AT = 24;
  private static final int HEADER = 64;
  private static final int WORD = 8;
  private static final byte[] ZEROS = new byte[1 << 16];

  private final int size;
  private final MappedByteBuffer file;
  private volatile long head;
  private volatile long cleared;

  private InferenceSpool(FileChannel channel, int size) throws IOException {
    this.size = size;
    this.file = channel.map(FileChannel.MapMode.READ_WRITE, 0, HEADER + size);
    file.order(ByteOrder.nativeOrder());
    this.cleared = file.getLong(CLEARED_AT);
    this.head = read(file.getLong(TAIL_AT), _ -> {});
    if (file.getLong(STATE_AT) == OPEN) {
      forget(head, cleared + size); // A kill may have left part of a record, or of a clearing.
    }
    store(STATE_AT, OPEN);
  }

  /**
   * Opens the file, creating it with all its bytes when it is absent, so that a disk that fills up
   * later takes no room from it. One that cannot be a spool is put aside.
   *
   * @param size of the ring in bytes, a multiple of 8
   * @throws EspalierException UNAVAILABLE when the file cannot be had
   */
  static InferenceSpool open(Path path, int size) {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      if (Files.exists(path) && !usable(path, size)) {
        Path aside = path.resolveSibling(path.getFileName() + ".aside");
        Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
        LOG.warn("{} cannot be read as what waits for the log; it is kept as {}", path, aside);
      }
      if (!Files.exists(path)) {
        create(path, size);
      }
      try (FileChannel channel =
          FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        return new InferenceSpool(channel, size);
      }
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "Cannot write %s, %d MiB in which predictions wait for the log (%s). Is the disk full, or read-only?"
              .formatted(path, size >> 20, failure.getMessage()),
          failure);
    }
  }

  private static boolean usable(Path path, int size) throws IOException {
    if (Files.size(path) != HEADER + size) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.nativeOrder());
      boolean whole = channel.read(header, 0) == HEADER;
      long tail = header.getLong(TAIL_AT);
      long cleared = header.getLong(CLEARED_AT);
      return whole
          && header.getLong(0) == MAGIC
          && cleared >= 0
          && tail >= cleared
          && tail - cleared <= size
          && tail % WORD == 0
          && cleared % WORD == 0;
    }
  }

  /** Under its name only once it is whole. */
  private static void create(Path path, int size) throws IOException {
    Path part = path.resolveSibling(path.getFileName() + ".part");
    try (FileChannel channel =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
      long end = (long) HEADER + size;
      for (long at = 0; at < end; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), end - at));
        at += channel.write(zeros, at);
      }
      ByteBuffer magic = ByteBuffer.allocate(WORD).order(ByteOrder.nativeOrder());
      magic.putLong(MAGIC).flip();
      channel.write(magic, 0);
    }
    Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
  }

  /** What an earlier process appended and nobody settled, oldest first. */
  List<byte[]> left() {
    List<byte[]> records = new ArrayList<>();
    long _ = read(file.getLong(TAIL_AT), records::add);
    return records;
  }

  /** The mark of everything that was appended until now, for {@link #settle}. */
  long mark() {
    return head;
  }

  /**
   * Appends a record.
   *
   * @return false, and nothing is done, when there is no room
   * @throws InternalError when the memory behind the file could not be had: somebody cut it short,
   *     or its file system had no room after all
   */
  boolean append(byte[] record) {
    long next = head + WORD + padded(record.length);
    if (record.length == 0 || next + WORD - cleared > size) {
      return false;
    }
    put(head + WORD, record);
    store(place(next), 0);
    store(place(head), word(record));
    head = next;
    return true;
  }

  /** Gives back the room of everything up to a mark, and leaves nothing of it in the file. */
  void settle(long mark) {
    store(TAIL_AT, mark);
    forget(cleared, mark);
    store(CLEARED_AT, mark);
    cleared = mark;
  }

  /** Bytes that wait. */
  long waiting() {
    return head - cleared;
  }

  /** Hands on whole records; returns the count behind the last one. */
  private long read(long from, Consumer<byte[]> records) {
    long at = from;
    while (true) {
      long word = file.getLong(place(at));
      int length = (int) word;
      if (length <= 0 || at + WORD + padded(length) + WORD - cleared > size) {
        return at;
      }
      byte[] record = get(at + WORD, length);
      if (word(record) != word) {
        return at;
      }
      records.accept(record);
      at += WORD + padded(length);
    }
  }

  private int place(long at) {
    return HEADER + (int) (at % size);
  }

  private void put(long at, byte[] bytes) {
    int first = Math.min(bytes.length, HEADER + size - place(at));
    file.put(place(at), bytes, 0, first);
    file.put(HEADER, bytes, first, bytes.length - first);
  }

  private byte[] get(long at, int length) {
    byte[] bytes = new byte[length];
    int first = Math.min(length, HEADER + size - place(at));
    file.get(place(at), bytes, 0, first);
    file.get(HEADER, bytes, first, length - first);
    return bytes;
  }

  /** Zeros from one count to another. */
  private void forget(long from, long to) {
    for (long at = from; at < to; ) {
      int whole = HEADER + size - place(at);
      int length = (int) Math.min(Math.min(ZEROS.length, whole), to - at);
      file.put(place(at), ZEROS, 0, length);
      at += length;
    }
  }

  private static long padded(long length) {
    return (length + WORD - 1) / WORD * WORD;
  }

  private static long word(byte[] record) {
    CRC32C sum = new CRC32C();
    sum.update(record);
    return sum.getValue() << 32 | record.length;
  }

  /** In one piece, and after everything that was stored before. */
  private void store(int at, long word) {
    VarHandle.releaseFence();
    file.putLong(at, word);
  }

  @Override
  public void close() {
    store(STATE_AT, CLOSED);
  }
}
