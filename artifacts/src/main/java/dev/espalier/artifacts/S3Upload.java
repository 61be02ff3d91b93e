package dev.espalier.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Sends a spooled file to a bucket: at once, or in parts of {@code part} bytes. A multipart upload
 * that fails is given up at the store; one whose process was killed leaves parts that no key names,
 * for the bucket's lifecycle rule to remove.
 */
record S3Upload(S3Client client, String bucket, String key, Spooled content, long part) {
  private static final String TYPE = "application/octet-stream";

  void send() throws IOException {
    if (content.bytes() > part) {
      inParts();
      return;
    }
    String md5 = md5(0, content.bytes());
    client.putObject(
        request -> request.bucket(bucket).key(key).contentMD5(md5).contentType(TYPE),
        body(0, content.bytes()));
  }

  private void inParts() throws IOException {
    String upload =
        client
            .createMultipartUpload(request -> request.bucket(bucket).key(key).contentType(TYPE))
            .uploadId();
    try {
      List<CompletedPart> parts = new ArrayList<>();
      for (long from = 0; from < content.bytes(); from += part) {
        parts.add(part(upload, parts.size() + 1, from));
      }
      client.completeMultipartUpload(request ->
          request
              .bucket(bucket)
              .key(key)
              .uploadId(upload)
              .multipartUpload(whole -> whole.parts(parts)));
    } catch (IOException | RuntimeException failure) {
      giveUp(upload, failure);
      throw failure;
    }
  }

  private CompletedPart part(String upload, int number, long from) throws IOException {
    long length = Math.min(part, content.bytes() - from);
    String md5 = md5(from, length);
    String tag =
        client
            .uploadPart(
                request ->
                    request
                        .bucket(bucket)
                        .key(key)
                        .uploadId(upload)
                        .partNumber(number)
                        .contentMD5(md5),
                body(from, length))
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(tag).build();
  }

  private void giveUp(String upload, Exception why) {
    try {
      client.abortMultipartUpload(request -> request.bucket(bucket).key(key).uploadId(upload));
    } catch (SdkException failure) {
      why.addSuppressed(failure);
    }
  }

  private RequestBody body(long from, long length) {
    ContentStreamProvider again =
        () -> {
          try {
            return region(from, length);
          } catch (IOException failure) {
            throw new UncheckedIOException(failure);
          }
        };
    return RequestBody.fromContentProvider(again, length, TYPE);
  }

  private String md5(long from, long length) throws IOException {
    try (InputStream in = region(from, length)) {
      MessageDigest hash = MessageDigest.getInstance("MD5");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hash.update(buffer, 0, n);
      }
      return Base64.getEncoder().encodeToString(hash.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IOException(impossible);
    }
  }

  private InputStream region(long from, long length) throws IOException {
    FileChannel channel = FileChannel.open(content.file(), StandardOpenOption.READ);
    return new java.io.BufferedInputStream(
        new Bounded(Channels.newInputStream(channel.position(from)), length), 1 << 16);
  }

  /** The first {@code left} bytes of a stream. */
  private static final class Bounded extends java.io.FilterInputStream {
    private long left;

    Bounded(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      int next = left > 0 ? super.read() : -1;
      left -= next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = left > 0 ? super.read(buffer, offset, (int) Math.min(length, left)) : -1;
      left -= Math.max(0, n);
      return n;
    }
  }
}
