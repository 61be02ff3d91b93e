package dev.espalier.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract over a real S3 server, and what only a network and a bucket can do. */
class S3ArtifactStoreTest extends ArtifactStoreContract {
  private static final int PART = 5 << 20;
  private static final AtomicInteger BUCKETS = new AtomicInteger();
  @TempDir static Path folder;
  private static S3Server server;
  private final String bucket = "bucket-" + BUCKETS.incrementAndGet();

  @BeforeAll
  static void start() throws Exception {
    server = new S3Server(folder.resolve("s3"));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  S3ArtifactStore store() {
    try {
      return new S3ArtifactStore(
          server.bucket(bucket), folder.resolve("spool"), S3Server.KEYS, PART);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private Path stored(Digest digest) {
    return server.file(
        bucket, "some/prefix/" + digest.hex().substring(0, 2) + "/" + digest.hex().substring(2));
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void a_large_artifact_goes_in_parts_and_comes_back_whole() throws IOException {
    byte[] content = random(3 * PART + 17);
    S3ArtifactStore store = store();
    Digest digest = store.put(new ByteArrayInputStream(content), content.length);
    assertThat(digest).isEqualTo(Digest.of(content));
    assertThat(store.size(digest)).isEqualTo(content.length);
    try (InputStream in = store.open(digest)) {
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
    try (Stream<Path> spooled = Files.list(folder.resolve("spool"))) {
      assertThat(spooled).as("nothing is left on this machine").isEmpty();
    }
  }

  @Test
  void bytes_that_changed_in_the_bucket_are_never_handed_out_as_what_they_were()
      throws IOException {
    S3ArtifactStore store = store();
    Digest digest = store.put("precious".getBytes(StandardCharsets.UTF_8));
    Files.write(stored(digest), "precioux".getBytes(StandardCharsets.UTF_8));
    assertThat(store.verify(digest)).isFalse();
    assertThatThrownBy(() -> store.read(digest))
        .isInstanceOfSatisfying(
            EspalierException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL))
        .hasMessageContaining("damaged");
    try (InputStream in = store.open(digest)) {
      assertThatThrownBy(in::readAllBytes).hasMessageContaining("damaged");
    }
  }

  @Test
  void a_line_that_breaks_in_the_middle_is_taken_up_again() throws IOException {
    byte[] content = random(2_000_000);
    S3ArtifactStore store = store();
    Digest digest = store.put(content);
    server.cutAfter(700_000);
    assertThat(store.read(digest)).isEqualTo(content);
    assertThat(server.cutPending()).as("the line was cut").isEmpty();
  }

  @Test
  void an_answer_that_never_comes_is_asked_for_again() {
    S3ArtifactStore store = store();
    server.cutAfter(0);
    Digest digest = store.put(random(100));
    assertThat(server.cutPending()).isEmpty();
    assertThat(store.read(digest)).hasSize(100);
  }

  @Test
  void other_keys_of_the_bucket_are_nobodys_artifacts() throws IOException {
    S3ArtifactStore store = store();
    Digest digest = store.put(random(10));
    Files.writeString(server.file(bucket, "some/prefix/readme.txt"), "hello");
    Files.writeString(server.file(bucket, "other.txt"), "hello");
    assertThat(store.list()).containsExactly(digest);
  }

  @Test
  void lists_more_than_one_page() throws IOException {
    S3ArtifactStore store = store();
    for (int i = 0; i < 1_050; i++) {
      Path object = stored(Digest.of("item " + i));
      Files.createDirectories(object.getParent());
      Files.write(object, new byte[0]);
    }
    assertThat(store.list()).hasSize(1_050).isSorted();
  }

  @Test
  void a_stream_that_is_closed_early_is_let_go_without_reading_on() throws IOException {
    S3ArtifactStore store = store();
    Digest digest = store.put(random(3_000_000));
    try (InputStream in = store.open(digest)) {
      assertThat(in.readNBytes(10)).isEqualTo(java.util.Arrays.copyOf(random(3_000_000), 10));
    }
    assertThat(store.verify(digest)).isTrue();
  }

  private static EspalierException failure(S3ArtifactStore store) {
    try (store) {
      store.check();
      store.put(new byte[] {1});
    } catch (EspalierException failure) {
      assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      return failure;
    }
    throw new AssertionError("did not fail");
  }

  @Test
  void wrong_keys_a_missing_bucket_and_a_dead_server_are_told_apart() throws IOException {
    Path spool = folder.resolve("spool");
    S3Address address = server.bucket(bucket);
    Map<String, String> wrong =
        Map.of("AWS_ACCESS_KEY_ID", "espalier", "AWS_SECRET_ACCESS_KEY", "guess");
    assertThat(failure(new S3ArtifactStore(address, spool, wrong)))
        .hasMessageContaining("refuses these credentials")
        .hasMessageNotContainingAny("guess");
    S3Address absent = new S3Address("no-such", "", "us-east-1", address.endpoint());
    assertThat(failure(new S3ArtifactStore(absent, spool, S3Server.KEYS)))
        .hasMessageContaining("no-such does not exist");
    S3Address dead =
        new S3Address(bucket, "", "us-east-1", Optional.of(URI.create("http://127.0.0.1:1")));
    assertThat(failure(new S3ArtifactStore(dead, spool, S3Server.KEYS)))
        .hasMessageContaining("cannot be reached");
  }
}
