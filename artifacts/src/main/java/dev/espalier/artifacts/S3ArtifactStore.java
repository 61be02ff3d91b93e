package dev.espalier.artifacts;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Artifacts in a bucket, under {@code <prefix>ab/cd…}. A put spools to a file to learn the digest,
 * then uploads: at once, or in parts beyond {@link #PART}; each upload carries its MD5, so the
 * store refuses bytes that changed on the way. What {@link #open} hands out is verified as it is
 * read: the end of a stream whose bytes are not what their digest says is an exception, and a line
 * that breaks is taken up again where it broke. Requests that fail for a passing reason are
 * repeated {@value #ATTEMPTS} times in all. Thread-safe.
 */
public final class S3ArtifactStore implements ArtifactStore, AutoCloseable {
  /** The least length of a part of a multipart upload, in bytes. */
  static final int PART = 16 << 20;

  private static final int MAX_PARTS = 9_000;
  private static final int ATTEMPTS = 4;

  /** A put of what is there already writes it again if it is older: its age is its grace. */
  private static final Duration FRESH = Duration.ofMinutes(30);

  private final S3Address address;
  private final Path spool;
  private final S3Client client;
  private final int part;

  /**
   * Opens the store.
   *
   * @param spool a folder for artifacts on their way in; made when absent
   * @param environment where the credentials are
   */
  public S3ArtifactStore(S3Address address, Path spool, Map<String, String> environment) {
    this(address, spool, environment, PART);
  }

  S3ArtifactStore(S3Address address, Path spool, Map<String, String> environment, int part) {
    this.address = address;
    this.spool = spool;
    this.part = part;
    this.client = client(address, environment);
    try {
      Files.createDirectories(spool);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot create the folder %s.".formatted(spool), failure);
    }
  }

  private static S3Client client(S3Address address, Map<String, String> environment) {
    var client =
        S3Client.builder()
            .region(Region.of(address.region()))
            .credentialsProvider(credentials(environment))
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(Duration.ofSeconds(10))
                    .socketTimeout(Duration.ofSeconds(60)))
            // Many stores that speak S3 know no trailing checksums; MD5 and digests are ours.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(configuration ->
                configuration
                    .retryStrategy(StandardRetryStrategy.builder().maxAttempts(ATTEMPTS).build())
                    .apiCallAttemptTimeout(Duration.ofMinutes(5)));
    // A bucket's name becomes a host's name at AWS only.
    address.endpoint().ifPresent(url -> client.endpointOverride(url).forcePathStyle(true));
    return client.build();
  }

  private static AwsCredentialsProvider credentials(Map<String, String> environment) {
    String key = environment.getOrDefault("AWS_ACCESS_KEY_ID", "");
    String secret = environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "");
    String session = environment.getOrDefault("AWS_SESSION_TOKEN", "");
    if (key.isEmpty() || secret.isEmpty()) {
      return DefaultCredentialsProvider.builder().build();
    }
    return StaticCredentialsProvider.create(
        session.isEmpty()
            ? AwsBasicCredentials.create(key, secret)
            : AwsSessionCredentials.create(key, secret, session));
  }

  private String key(Digest digest) {
    return address.prefix() + digest.hex().substring(0, 2) + "/" + digest.hex().substring(2);
  }

  /** Refuses, in words, a bucket that is not there or lets nobody in. */
  public void check() {
    asked(() -> client.headBucket(request -> request.bucket(address.bucket())));
  }

  @Override
  public Digest put(InputStream content, long limit) {
    try (Spooled spooled = Spooled.of(content, limit, spool)) {
      String key = key(spooled.digest());
      Optional<HeadObjectResponse> there = head(spooled.digest());
      boolean fresh =
          there
              .filter(object -> object.contentLength() == spooled.bytes())
              .filter(object -> object.lastModified().isAfter(Instant.now().minus(FRESH)))
              .isPresent();
      if (!fresh) {
        new S3Upload(client, address.bucket(), key, spooled, partLength(spooled.bytes())).send();
      }
      return spooled.digest();
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE,
          "Cannot store the artifact: " + failure.getMessage() + ".",
          failure);
    } catch (SdkException failure) {
      throw translated(failure);
    }
  }

  private long partLength(long bytes) {
    return Math.max(part, bytes / MAX_PARTS + 1);
  }

  @Override
  public InputStream open(Digest digest) {
    return new S3Download(
        digest,
        asked(() -> get(digest, 0)).orElseThrow(() -> missing(digest)),
        from -> asked(() -> get(digest, from)).orElseThrow(() -> missing(digest)));
  }

  private S3Download.Source get(Digest digest, long from) {
    var body =
        client.getObject(request -> {
          request.bucket(address.bucket()).key(key(digest));
          if (from > 0) {
            request.range("bytes=" + from + "-");
          }
        });
    return new S3Download.Source(body, body::abort);
  }

  @Override
  public byte[] read(Digest digest) {
    if (size(digest) > MAX_IN_MEMORY) {
      throw EspalierException.limit("Artifact %s is too long for memory.".formatted(digest));
    }
    try (InputStream in = open(digest)) {
      return in.readAllBytes();
    } catch (S3Download.DamagedException damaged) {
      throw new EspalierException(ErrorCode.INTERNAL, damaged.getMessage() + ".", damaged);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot read artifact %s.".formatted(digest), failure);
    }
  }

  @Override
  public boolean exists(Digest digest) {
    return head(digest).isPresent();
  }

  private Optional<HeadObjectResponse> head(Digest digest) {
    return asked(
        () -> client.headObject(request -> request.bucket(address.bucket()).key(key(digest))));
  }

  @Override
  public long size(Digest digest) {
    return head(digest).orElseThrow(() -> missing(digest)).contentLength();
  }

  @Override
  public Instant storedAt(Digest digest) {
    return head(digest).orElseThrow(() -> missing(digest)).lastModified();
  }

  /** A put between the look at the age and the removal, a moment, is not seen: hence the grace. */
  @Override
  public boolean remove(Digest digest, Instant cutoff) {
    boolean old = head(digest).filter(object -> object.lastModified().isBefore(cutoff)).isPresent();
    return old
        && asked(() ->
                client.deleteObject(request -> request.bucket(address.bucket()).key(key(digest))))
            .isPresent();
  }

  @Override
  public String stamp(Digest digest) {
    return head(digest).map(seen -> seen.contentLength() + " " + seen.eTag()).orElse("");
  }

  @Override
  public boolean verify(Digest digest) {
    try (InputStream in = open(digest)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return true;
    } catch (S3Download.DamagedException damaged) {
      return false;
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot read artifact %s.".formatted(digest), failure);
    }
  }

  @Override
  public List<Digest> list() {
    List<Digest> found = new ArrayList<>();
    try {
      for (S3Object object :
          client
              .listObjectsV2Paginator(
                  request -> request.bucket(address.bucket()).prefix(address.prefix()))
              .contents()) {
        String name = object.key().substring(address.prefix().length());
        if (name.matches("[0-9a-f]{2}/[0-9a-f]{62}")) {
          found.add(new Digest("sha256:" + name.replace("/", "")));
        }
      }
    } catch (SdkException failure) {
      throw translated(failure);
    }
    return found.stream().sorted().toList();
  }

  /** What the store answers; empty where it knows no such key. */
  private <T> Optional<T> asked(Supplier<T> request) {
    try {
      return Optional.of(request.get());
    } catch (S3Exception refused) {
      String code =
          Optional.ofNullable(refused.awsErrorDetails()).map(d -> d.errorCode()).orElse("");
      if (refused.statusCode() == 404 && !"NoSuchBucket".equals(code)) {
        return Optional.empty();
      }
      throw translated(refused);
    } catch (SdkException failure) {
      throw translated(failure);
    }
  }

  private EspalierException translated(SdkException failure) {
    int status = failure instanceof S3Exception refused ? refused.statusCode() : 0;
    String why =
        switch (status) {
          case 0 -> "cannot be reached (%s)".formatted(failure.getMessage());
          case 401, 403 ->
              "refuses these credentials: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the"
                  + " bucket's policy";
          case 404 -> "does not exist: create it first";
          case 507 -> "is full: free some space and try again";
          default -> "answers %d: %s".formatted(status, failure.getMessage());
        };
    return new EspalierException(
        ErrorCode.UNAVAILABLE, "The bucket %s %s.".formatted(address.bucket(), why), failure);
  }

  private static EspalierException missing(Digest digest) {
    return EspalierException.notFound("No artifact " + digest + " in the store.");
  }

  @Override
  public void close() {
    client.close();
  }
}
