package dev.espalier.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;

/**
 * Signs with the home's Ed25519 key (RFC 8032), made at the first start and readable by its owner
 * only. A signature says that this home wrote the bytes; whoever holds the key file can do the
 * same. Immutable and thread-safe.
 */
public final class Signer {
  private static final String ALGORITHM = "Ed25519";
  private static final String FILE = "signing.key";
  private final KeyPair keys;
  private final String keyId;

  private Signer(KeyPair keys) {
    this.keys = keys;
    this.keyId = "ed25519:" + Digest.of(keys.getPublic().getEncoded()).brief();
  }

  /**
   * The signer of a home folder; its key is made when absent.
   *
   * @throws EspalierException UNAVAILABLE when the key can be neither read nor written
   */
  public static Signer in(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      if (!Files.exists(file)) {
        write(folder, file, generate());
      }
      return new Signer(read(file));
    } catch (IOException | GeneralSecurityException | IllegalArgumentException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "Cannot use the signing key %s (%s). Restore it from a backup; without it earlier versions cannot be verified."
              .formatted(file, failure.getMessage()),
          failure);
    }
  }

  /** A signer whose key lives as long as it does. */
  public static Signer temporary() {
    try {
      return new Signer(generate());
    } catch (GeneralSecurityException impossible) {
      throw new EspalierException(ErrorCode.INTERNAL, "This Java has no Ed25519", impossible);
    }
  }

  private static KeyPair generate() throws GeneralSecurityException {
    return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
  }

  private static void write(Path folder, Path file, KeyPair keys) throws IOException {
    Base64.Encoder base64 = Base64.getEncoder();
    String text =
        base64.encodeToString(keys.getPrivate().getEncoded())
            + "\n"
            + base64.encodeToString(keys.getPublic().getEncoded())
            + "\n";
    Path draft = folder.resolve(FILE + ".new");
    Files.deleteIfExists(draft);
    EnumSet<StandardOpenOption> create =
        EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(draft, create, ownerOnly())) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static KeyPair read(Path file) throws IOException, GeneralSecurityException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
    if (lines.size() < 2) {
      throw new IOException("it is incomplete");
    }
    KeyFactory factory = KeyFactory.getInstance(ALGORITHM);
    Base64.Decoder base64 = Base64.getDecoder();
    KeyPair keys =
        new KeyPair(
            factory.generatePublic(new X509EncodedKeySpec(base64.decode(lines.get(1)))),
            factory.generatePrivate(new PKCS8EncodedKeySpec(base64.decode(lines.get(0)))));
    Signer trial = new Signer(keys);
    if (!trial.verify(trial.keyId(), FILE, trial.sign(FILE))) {
      throw new IOException("its two halves do not belong together");
    }
    return keys;
  }

  /** Which key signs: {@code ed25519:} and twelve digits of the public key's digest. */
  public String keyId() {
    return keyId;
  }

  /** The signature of a text, in Base64. */
  public String sign(String text) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(keys.getPrivate());
      signature.update(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException failure) {
      throw new EspalierException(ErrorCode.INTERNAL, "Cannot sign", failure);
    }
  }

  /** True when {@code signature} is this key's signature of {@code text}. */
  public boolean verify(String signedWith, String text, String signature) {
    if (!signedWith.equals(keyId)) {
      return false;
    }
    try {
      Signature check = Signature.getInstance(ALGORITHM);
      check.initVerify(keys.getPublic());
      check.update(text.getBytes(StandardCharsets.UTF_8));
      byte[] raw = Base64.getDecoder().decode(signature);
      // Base64 may end in bits that mean nothing; only the one spelling that was written counts.
      return Base64.getEncoder().encodeToString(raw).equals(signature) && check.verify(raw);
    } catch (GeneralSecurityException | IllegalArgumentException malformed) {
      return false;
    }
  }
}
