package dev.espalier.artifacts;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Mentions;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Removes artifacts that nothing names any more. An artifact stays if it was put since {@code
 * cutoff}, if the database mentions it, or if a JSON document that stays mentions it; that an
 * artifact names others in JSON documents only is a rule of this house. What is put again while
 * this works counts as put now, so a writer that finds its bytes in the store keeps them.
 *
 * <p>Nothing is noted on the way: one that was killed is simply run again. Stateless.
 */
public final class GarbageCollection {
  private GarbageCollection() {}

  /** Whether to remove, or only to say what would be. */
  public enum Mode {
    DRY_RUN,
    REMOVE
  }

  /**
   * What was found.
   *
   * @param young not named by anything, but put since the cutoff
   * @param removed or, in a dry run, what would be
   */
  public record Summary(
      Mode mode, Instant cutoff, int artifacts, int named, int young, int removed, long bytes) {}

  /**
   * Collects.
   *
   * @param mentioned finds those of the given digests that the database mentions; asked after the
   *     ages are known, so that what it does not see was put later
   */
  public static Summary run(
      ArtifactStore store, UnaryOperator<Set<Digest>> mentioned, Instant cutoff, Mode mode) {
    store.settle();
    Set<Digest> all = new HashSet<>(store.list());
    Set<Digest> young = new HashSet<>();
    for (Digest each : all) {
      if (!store.storedAt(each).isBefore(cutoff)) {
        young.add(each);
      }
    }
    Set<Digest> named = reachable(store, all, young, mentioned.apply(all));
    int removed = 0;
    long bytes = 0;
    for (Digest each : all.stream().sorted().toList()) {
      if (named.contains(each) || young.contains(each)) {
        continue;
      }
      long size = store.size(each);
      if (mode == Mode.DRY_RUN || store.remove(each, cutoff)) {
        removed++;
        bytes += size;
      }
    }
    young.removeAll(named);
    return new Summary(mode, cutoff, all.size(), named.size(), young.size(), removed, bytes);
  }

  /** What is mentioned by rows, or by documents that are mentioned or young. */
  private static Set<Digest> reachable(
      ArtifactStore store, Set<Digest> all, Set<Digest> young, Set<Digest> roots) {
    Set<Digest> named = new HashSet<>(roots);
    Set<Digest> read = new HashSet<>();
    Deque<Digest> left = new ArrayDeque<>(roots);
    left.addAll(young);
    while (!left.isEmpty()) {
      Digest each = left.pop();
      if (!read.add(each)) {
        continue;
      }
      Set<Digest> mentioned = new HashSet<>();
      scan(store, each, new Mentions(all, mentioned));
      for (Digest next : mentioned) {
        named.add(next);
        left.push(next);
      }
    }
    return named;
  }

  private static void scan(ArtifactStore store, Digest digest, Mentions mentions) {
    try (InputStream in = new BufferedInputStream(store.open(digest), 1 << 16)) {
      int next = in.read();
      while (next >= 0 && Character.isWhitespace(next)) {
        next = in.read();
      }
      if (next != '{' && next != '[') {
        return;
      }
      for (; next >= 0; next = in.read()) {
        mentions.next(next);
      }
    } catch (EspalierException gone) {
      if (gone.code() != ErrorCode.NOT_FOUND) {
        throw gone;
      }
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "Cannot read artifact %s: nothing more is removed.".formatted(digest),
          failure);
    }
  }
}
