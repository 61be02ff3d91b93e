package dev.espalier.registry;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals secrets before they are stored: AES-256-GCM, with a key in a file of its own that only its
 * owner reads, so that a copy of the database alone tells nothing. Thread-safe.
 */
public final class SecretBox {
  private static final int KEY = 32;
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;
  private final SecureRandom random = new SecureRandom();
  private final SecretKeySpec key;

  private SecretBox(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  /**
   * With the key of a folder, made when absent.
   *
   * @throws EspalierException UNAVAILABLE
   */
  public static SecretBox in(Path folder) {
    Path file = folder.resolve("webhook.key");
    try {
      byte[] key = new byte[KEY];
      new SecureRandom().nextBytes(key);
      try {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, key);
      } catch (FileAlreadyExistsException made) {
        key = Files.readAllBytes(file);
      }
      if (key.length != KEY) {
        throw new EspalierException(
            ErrorCode.UNAVAILABLE, "%s is no key: remove it and set secrets anew.".formatted(file));
      }
      return new SecretBox(key);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot read or make %s".formatted(file), failure);
    }
  }

  String seal(String secret) {
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    byte[] sealed = apply(Cipher.ENCRYPT_MODE, nonce, secret.getBytes(StandardCharsets.UTF_8));
    byte[] all = Arrays.copyOf(nonce, NONCE + sealed.length);
    System.arraycopy(sealed, 0, all, NONCE, sealed.length);
    return Base64.getEncoder().encodeToString(all);
  }

  String open(String sealed) {
    byte[] all = Base64.getDecoder().decode(sealed);
    byte[] plain =
        apply(
            Cipher.DECRYPT_MODE,
            Arrays.copyOf(all, NONCE),
            Arrays.copyOfRange(all, NONCE, all.length));
    return new String(plain, StandardCharsets.UTF_8);
  }

  private byte[] apply(int mode, byte[] nonce, byte[] content) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      return cipher.doFinal(content);
    } catch (GeneralSecurityException failure) {
      throw new EspalierException(
          ErrorCode.INTERNAL, "A secret was sealed with another key", failure);
    }
  }
}
