package dev.espalier.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every artifact store promises. */
abstract class ArtifactStoreContract {
  abstract ArtifactStore store();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void gives_back_what_was_put_in_under_its_digest() throws IOException {
    ArtifactStore store = store();
    Digest digest = store.put(bytes("hello"));
    // sha256sum of "hello"
    assertThat(digest.text())
        .isEqualTo("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assertThat(store.read(digest)).isEqualTo(bytes("hello"));
    assertThat(store.size(digest)).isEqualTo(5);
    assertThat(store.exists(digest)).isTrue();
    assertThat(store.verify(digest)).isTrue();
    try (InputStream in = store.open(digest)) {
      assertThat(in.readAllBytes()).isEqualTo(bytes("hello"));
    }
  }

  @Test
  void the_same_bytes_are_stored_once() {
    ArtifactStore store = store();
    assertThat(store.put(bytes("x"))).isEqualTo(store.put(bytes("x")));
    assertThat(store.list()).hasSize(1);
  }

  @Test
  void nothing_is_an_artifact_too() {
    ArtifactStore store = store();
    assertThat(store.read(store.put(new byte[0]))).isEmpty();
  }

  @Test
  void what_is_not_there_is_not_found() {
    ArtifactStore store = store();
    Digest absent = Digest.of("absent");
    assertThat(store.exists(absent)).isFalse();
    for (Callable<?> call :
        List.<Callable<?>>of(
            () -> store.read(absent),
            () -> store.open(absent),
            () -> store.size(absent),
            () -> store.verify(absent))) {
      assertThatThrownBy(call::call)
          .isInstanceOfSatisfying(
              EspalierException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }
  }

  @Test
  void a_stream_beyond_the_limit_leaves_nothing() {
    ArtifactStore store = store();
    assertThatThrownBy(() -> store.put(new ByteArrayInputStream(new byte[100_000]), 99_999))
        .isInstanceOfSatisfying(
            EspalierException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.LIMIT));
    assertThat(store.list()).isEmpty();
  }

  @Test
  void a_stream_that_breaks_leaves_nothing() {
    ArtifactStore store = store();
    InputStream broken =
        new InputStream() {
          private int left = 70_000;

          @Override
          public int read() throws IOException {
            if (--left <= 0) {
              throw new IOException("the line went dead");
            }
            return 1;
          }
        };
    assertThatThrownBy(() -> store.put(broken, Long.MAX_VALUE))
        .hasMessageContaining("the line went dead");
    assertThat(store.list()).isEmpty();
  }

  @Test
  void many_writers_of_the_same_and_different_bytes_agree() throws Exception {
    ArtifactStore store = store();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Digest>> puts = new ArrayList<>();
      for (int i = 0; i < 80; i++) {
        byte[] content = bytes("content " + i % 10);
        puts.add(() -> store.put(content));
      }
      HashSet<Digest> digests = new HashSet<>();
      for (Future<Digest> put : threads.invokeAll(puts)) {
        digests.add(put.get());
      }
      assertThat(digests).hasSize(10);
      assertThat(store.list()).containsExactlyInAnyOrderElementsOf(digests);
      assertThat(store.list()).allMatch(store::verify);
    }
  }

  @Test
  void a_stamp_stays_while_nothing_is_written_and_is_empty_for_what_is_absent() {
    ArtifactStore store = store();
    Digest digest = store.put(bytes("stamped"));
    String stamp = store.stamp(digest);
    assertThat(stamp).isNotEmpty().isEqualTo(store.stamp(digest));
    store.put(bytes("stamped"));
    assertThat(store.stamp(digest)).isEqualTo(stamp);
    assertThat(store.stamp(Digest.of("nothing of the kind"))).isEmpty();
  }

  @Test
  void removes_only_what_was_not_put_lately() {
    ArtifactStore store = store();
    Digest digest = store.put(bytes("leaves"));
    java.time.Instant stored = store.storedAt(digest);
    assertThat(stored)
        .isBetween(
            java.time.Instant.now().minusSeconds(600), java.time.Instant.now().plusSeconds(5));
    assertThat(store.remove(digest, stored.minusSeconds(1))).isFalse();
    assertThat(store.exists(digest)).isTrue();
    assertThat(store.remove(digest, stored.plusSeconds(60))).isTrue();
    assertThat(store.exists(digest)).isFalse();
    assertThat(store.remove(digest, stored.plusSeconds(60))).isFalse();
    assertThat(store.put(bytes("leaves"))).isEqualTo(digest);
    assertThat(store.read(digest)).isEqualTo(bytes("leaves"));
  }

  @Test
  void lists_in_order() {
    ArtifactStore store = store();
    for (int i = 0; i < 20; i++) {
      store.put(bytes("item " + i));
    }
    assertThat(store.list()).hasSize(20).isSorted();
  }
}
