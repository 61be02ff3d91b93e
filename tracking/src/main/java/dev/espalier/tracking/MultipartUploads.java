package dev.espalier.tracking;

import dev.espalier.artifacts.ArtifactEntry;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.AbstractCollection;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Files that arrive in parts. Each part is put to an address of its own that is signed for this
 * upload and this part and expires; it needs no other permission, because clients show none there.
 * Parts lie in the tree under {@link #WAITING} until the upload is complete; then the file appears
 * whole, in one transaction. An upload does not outlive the process: what an earlier one left is
 * removed at the start, and the client sends the file again. Thread-safe.
 */
final class MultipartUploads {
  /** The folder of parts; callers cannot name it. */
  static final ArtifactPath WAITING = new ArtifactPath(".uploads");

  private static final int MAX_PARTS = 10_000;
  private static final int MAX_UPLOADS = 1_000;
  private static final long MAX_PART = 5L << 30;
  private static final Duration LIFE = Duration.ofHours(24);
  private final ArtifactTree tree;
  private final InstantSource machine;
  private final SecureRandom random = new SecureRandom();
  private final SecretKeySpec key;
  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();

  private record Upload(ArtifactPath path, int parts, Instant until) {}

  /** What a client says of a part that it has put. */
  record Sent(int number, String etag) {}

  MultipartUploads(ArtifactTree tree, InstantSource machine) {
    this.tree = tree;
    this.machine = machine;
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    this.key = new SecretKeySpec(secret, "HmacSHA256");
    int _ = tree.delete(WAITING);
  }

  /**
   * Begins an upload and returns its id.
   *
   * @throws EspalierException INVALID; LIMIT when too many are under way
   */
  String begin(ArtifactPath path, long parts) {
    if (parts < 1 || parts > MAX_PARTS) {
      throw EspalierException.invalidField(
          "num_parts",
          "range",
          "num_parts must be 1 to %d, not %d.".formatted(MAX_PARTS, parts),
          Optional.of("1"));
    }
    Instant now = machine.instant();
    uploads.forEach((id, upload) -> {
      if (upload.until().isBefore(now)) {
        forget(id);
      }
    });
    if (uploads.size() >= MAX_UPLOADS) {
      throw EspalierException.limit("%d uploads are under way.".formatted(MAX_UPLOADS));
    }
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    String id = HexFormat.of().formatHex(bytes);
    uploads.put(id, new Upload(path, (int) parts, now.plus(LIFE)));
    return id;
  }

  /** What proves that a part may be put. */
  String signature(String id, int number) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      byte[] signed = mac.doFinal((id + "/" + number).getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(signed);
    } catch (GeneralSecurityException missing) {
      throw new EspalierException(ErrorCode.INTERNAL, "No HMAC in this Java", missing);
    }
  }

  /**
   * Keeps a part and returns its etag; the same part again replaces it.
   *
   * @throws EspalierException DENIED for a wrong signature; NOT_FOUND; INVALID; LIMIT
   */
  String put(String id, int number, String signature, InputStream content) {
    boolean genuine =
        java.security.MessageDigest.isEqual(
            signature(id, number).getBytes(StandardCharsets.US_ASCII),
            signature.getBytes(StandardCharsets.UTF_8));
    if (!genuine) {
      throw new EspalierException(ErrorCode.DENIED, "The signature is not of this part.");
    }
    Upload upload = require(id);
    if (number < 1 || number > upload.parts()) {
      throw EspalierException.invalid(
          "Part %d of %d was not announced.".formatted(number, upload.parts()));
    }
    return etag(tree.put(part(id, number), content, MAX_PART));
  }

  private Upload require(String id) {
    return Optional.ofNullable(uploads.get(id))
        .filter(upload -> upload.until().isAfter(machine.instant()))
        .orElseThrow(
            () -> EspalierException.notFound("No upload '%s' is under way.".formatted(cut(id))));
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(50, text.length()));
  }

  private static ArtifactPath part(String id, int number) {
    return WAITING.resolve(new ArtifactPath("%s/%05d".formatted(id, number)));
  }

  private static String etag(ArtifactEntry part) {
    return "\"%s\"".formatted(part.content().map(Digest::hex).orElse(""));
  }

  /**
   * Makes the file of its parts. Completing it again is NOT_FOUND, and the file stays.
   *
   * @throws EspalierException INVALID when a part is missing, or another than was sent
   */
  void complete(String id, ArtifactPath path, List<Sent> sent) {
    Upload upload = owned(id, path);
    Map<Integer, String> etags = new ConcurrentHashMap<>();
    sent.forEach(part -> etags.put(part.number(), part.etag()));
    List<ArtifactEntry> parts =
        IntStream.rangeClosed(1, upload.parts())
            .mapToObj(number -> sent(id, number, etags.getOrDefault(number, "")))
            .toList();
    long bytes = parts.stream().mapToLong(ArtifactEntry::bytes).sum();
    try (InputStream whole = joined(parts)) {
      ArtifactEntry _ = tree.put(path, whole, bytes);
    } catch (IOException failure) {
      throw new EspalierException(ErrorCode.UNAVAILABLE, "Cannot read a part.", failure);
    }
    forget(id);
  }

  private ArtifactEntry sent(String id, int number, String etag) {
    ArtifactEntry part =
        tree.find(part(id, number))
            .orElseThrow(() -> EspalierException.invalid("Part %d is missing.".formatted(number)));
    if (!etag(part).equals(etag) && !etag(part).equals("\"" + etag + "\"")) {
      throw EspalierException.invalid(
          "Part %d has another ETag than the one named.".formatted(number));
    }
    return part;
  }

  /** One part after the other, each opened when the one before is read. */
  private InputStream joined(List<ArtifactEntry> parts) {
    return new SequenceInputStream(
        Collections.enumeration(
            new AbstractCollection<InputStream>() {
              @Override
              public Iterator<InputStream> iterator() {
                return parts.stream().map(part -> opened(part)).iterator();
              }

              @Override
              public int size() {
                return parts.size();
              }
            }));
  }

  private InputStream opened(ArtifactEntry part) {
    try {
      return tree.open(part);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Gives an upload up; its parts go. */
  void abort(String id, ArtifactPath path) {
    Upload _ = owned(id, path);
    forget(id);
  }

  private Upload owned(String id, ArtifactPath path) {
    Upload upload = require(id);
    if (!upload.path().equals(path)) {
      throw EspalierException.invalid("Upload '%s' is of another path.".formatted(cut(id)));
    }
    return upload;
  }

  private void forget(String id) {
    uploads.remove(id);
    int _ = tree.delete(WAITING.resolve(new ArtifactPath(id)));
  }
}
