package dev.espalier.platform;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A SHA-256 digest, written {@code sha256:} and 64 lower-case hexadecimal digits. */
public record Digest(@JsonValue String text) implements Comparable<Digest> {
  private static final Pattern SHAPE = Pattern.compile("sha256:[0-9a-f]{64}");

  @JsonCreator
  public Digest {
    if (!SHAPE.matcher(text).matches()) {
      throw EspalierException.invalid(
          "Not a digest: '%s'. Expected sha256: and 64 hexadecimal digits."
              .formatted(text.substring(0, Math.min(80, text.length()))));
    }
  }

  public static Digest of(byte[] bytes) {
    return finish(sha256(), bytes);
  }

  public static Digest of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The digest of everything fed to {@code hash} so far. */
  public static Digest of(MessageDigest hash) {
    return new Digest("sha256:" + HexFormat.of().formatHex(hash.digest()));
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new EspalierException(ErrorCode.INTERNAL, "This Java has no SHA-256", impossible);
    }
  }

  private static Digest finish(MessageDigest hash, byte[] bytes) {
    hash.update(bytes);
    return of(hash);
  }

  /** The 64 hexadecimal digits. */
  public String hex() {
    return text.substring(7);
  }

  /** The first twelve digits: enough for a person. */
  public String brief() {
    return text.substring(7, 19);
  }

  @Override
  public int compareTo(Digest other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
