package dev.espalier.server.identity;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Passwords at rest: PBKDF2 with HMAC-SHA256, 600,000 rounds, 16 random bytes of salt, 256 bits, as
 * OWASP's Password Storage Cheat Sheet (2023) asks; the text says its own parameters ({@code
 * pbkdf2-sha256$rounds$salt$key}), so that they can grow. At most two are derived at a time, since
 * guessing must not take the machine. Thread-safe.
 */
final class Passwords {
  static final int ROUNDS = 600_000;
  private static final String SCHEME = "pbkdf2-sha256";
  private static final int SALT_BYTES = 16;
  private static final int KEY_BITS = 256;
  private final SecureRandom random = new SecureRandom();
  private final Semaphore deriving = new Semaphore(2, true);
  private final byte[] session = bytes(32);

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** What is stored of a password. */
  String sealed(String password) {
    byte[] salt = bytes(SALT_BYTES);
    return text(salt, derived(password, salt, ROUNDS));
  }

  /** What takes as long to try as any other and no password opens: its key is drawn by chance. */
  String nobodys() {
    return text(bytes(SALT_BYTES), bytes(KEY_BITS / Byte.SIZE));
  }

  private static String text(byte[] salt, byte[] key) {
    Base64.Encoder text = Base64.getEncoder().withoutPadding();
    return String.join(
        "$", SCHEME, Integer.toString(ROUNDS), text.encodeToString(salt), text.encodeToString(key));
  }

  /** True when the password is the one that was sealed; takes as long when it is not. */
  boolean opens(String password, String sealed) {
    String[] parts = sealed.split("\\$", -1);
    byte[] salt = Base64.getDecoder().decode(parts[2]);
    byte[] key = Base64.getDecoder().decode(parts[3]);
    return MessageDigest.isEqual(key, derived(password, salt, Integer.parseInt(parts[1])));
  }

  /**
   * A digest of a password beside what is sealed, under a key of this process alone: it lets the
   * same password pass again without the derivation, and says nothing outside.
   */
  byte[] remembered(String password, String sealed) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(session, "HmacSHA256"));
      mac.update(sealed.getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(password.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException impossible) {
      throw new EspalierException(ErrorCode.INTERNAL, "No HmacSHA256 in this JDK.", impossible);
    }
  }

  private byte[] derived(String password, byte[] salt, int rounds) {
    deriving.acquireUninterruptibly();
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, rounds, KEY_BITS);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException impossible) {
      throw new EspalierException(
          ErrorCode.INTERNAL, "No PBKDF2WithHmacSHA256 in this JDK.", impossible);
    } finally {
      spec.clearPassword();
      deriving.release();
    }
  }
}
