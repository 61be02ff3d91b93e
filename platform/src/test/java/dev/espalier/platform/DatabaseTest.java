package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  @TempDir Path folder;

  private static void table(Database database) {
    database.write(
        handle -> handle.execute("CREATE TABLE item (id int PRIMARY KEY, name varchar(20))"));
  }

  private static long count(Database database) {
    return database.read(
        handle -> handle.createQuery("SELECT count(*) FROM item").mapTo(Long.class).one());
  }

  @Test
  void a_transaction_that_fails_leaves_nothing() {
    try (Database database = TestDatabase.in(folder)) {
      table(database);
      assertThatThrownBy(() ->
              database.write(handle -> {
                handle.execute("INSERT INTO item VALUES (1, 'a')");
                throw EspalierException.conflict("changed my mind");
              }))
          .hasMessage("changed my mind");
      assertThat(count(database)).isZero();
    }
  }

  @Test
  void what_was_written_is_there_after_reopening() {
    try (Database database = TestDatabase.in(folder)) {
      table(database);
      database.write(handle -> handle.execute("INSERT INTO item VALUES (1, 'a')"));
    }
    try (Database database = TestDatabase.in(folder)) {
      assertThat(count(database)).isEqualTo(1);
    }
  }

  @Test
  void a_late_caller_does_not_open_a_closed_database_again() {
    Database database = TestDatabase.in(folder);
    table(database);
    database.close();
    assertThatThrownBy(
            () -> database.write(handle -> handle.execute("INSERT INTO item VALUES (1, 'a')")))
        .hasMessageContaining("closing its database");
    assertThatThrownBy(() -> count(database)).hasMessageContaining("closing its database");
    try (Database next = TestDatabase.in(folder)) {
      assertThat(count(next)).isZero();
    }
  }

  @Test
  void nobody_is_told_of_a_shared_write_that_was_taken_back() {
    try (Database database = TestDatabase.in(folder)) {
      table(database);
      database.write(handle ->
          handle.execute(
              "CREATE TABLE part (item int REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED)"));
      List<String> told = new ArrayList<>();
      assertThatThrownBy(() ->
              database.writeTogether(handle -> {
                database.afterCommit(() -> told.add("refused"));
                throw EspalierException.conflict("changed my mind");
              }))
          .hasMessage("changed my mind");
      assertThatThrownBy(() ->
              database.writeTogether(handle -> {
                database.afterCommit(() -> told.add("a part of nothing"));
                return handle.execute("INSERT INTO part VALUES (7)");
              }))
          .isInstanceOf(EspalierException.class);
      database.writeTogether(handle -> {
        database.afterCommit(() -> told.add("kept"));
        return handle.execute("INSERT INTO item VALUES (1, 'a')");
      });
      assertThat(told).containsExactly("kept");
    }
  }

  @Test
  void a_broken_constraint_is_a_conflict() {
    try (Database database = TestDatabase.in(folder)) {
      table(database);
      database.write(handle -> handle.execute("INSERT INTO item VALUES (1, 'a')"));
      assertThatThrownBy(
              () -> database.write(handle -> handle.execute("INSERT INTO item VALUES (1, 'b')")))
          .isInstanceOfSatisfying(
              EspalierException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CONFLICT));
    }
  }

  @Test
  void shared_writes_are_each_whole_and_fail_alone() throws Exception {
    try (Database database = TestDatabase.in(folder);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      table(database);
      List<Future<Integer>> writes = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int id = i;
        writes.add(
            threads.submit(() ->
                database.writeTogether(handle -> {
                  handle.execute("INSERT INTO item VALUES (?, 'a')", id);
                  if (id % 10 == 3) {
                    throw EspalierException.conflict("refused " + id);
                  }
                  if (id % 10 == 7) {
                    handle.execute("INSERT INTO item VALUES (?, 'twice')", id);
                  }
                  return id;
                })));
      }
      int refused = 0;
      for (Future<Integer> write : writes) {
        try {
          write.get();
        } catch (java.util.concurrent.ExecutionException failure) {
          assertThat(failure.getCause()).isInstanceOf(EspalierException.class);
          refused++;
        }
      }
      assertThat(refused).isEqualTo(40);
      assertThat(count(database)).isEqualTo(160);
    }
  }

  @Test
  void a_shared_write_joins_the_transaction_around_it() {
    try (Database database = TestDatabase.in(folder)) {
      table(database);
      assertThatThrownBy(() ->
              database.write(_ -> {
                int _ =
                    database.writeTogether(
                        handle -> handle.execute("INSERT INTO item VALUES (1, 'a')"));
                throw EspalierException.conflict("all of it");
              }))
          .hasMessage("all of it");
      assertThat(count(database)).isZero();
    }
  }

  @Test
  void an_error_inside_a_shared_write_leaves_the_database_usable() {
    try (Database database = TestDatabase.in(folder)) {
      table(database);
      assertThatThrownBy(() ->
              database.writeTogether(handle -> {
                handle.execute("INSERT INTO item VALUES (1, 'a')");
                throw new StackOverflowError();
              }))
          .isInstanceOfSatisfying(
              EspalierException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL));
      assertThat(count(database)).isZero();
      database.writeTogether(handle -> handle.execute("INSERT INTO item VALUES (2, 'b')"));
      assertThat(count(database)).isEqualTo(1);
    }
  }

  @Test
  void bad_sql_is_our_own_fault() {
    try (Database database = TestDatabase.in(folder)) {
      assertThatThrownBy(() -> database.read(handle -> handle.execute("SELEKT")))
          .isInstanceOfSatisfying(
              EspalierException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL));
    }
  }

  @Test
  void many_threads_write_and_read_without_losing_anything() throws Exception {
    try (Database database = TestDatabase.in(folder);
        ExecutorService threads = Executors.newFixedThreadPool(12)) {
      table(database);
      List<Future<?>> work = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int id = i;
        work.add(
            threads.submit(() ->
                database.write(
                    handle -> handle.execute("INSERT INTO item VALUES (?, ?)", id, "n"))));
        work.add(threads.submit(() -> count(database)));
      }
      for (Future<?> one : work) {
        one.get();
      }
      assertThat(count(database)).isEqualTo(200);
    }
  }

  @Test
  void a_reader_sees_one_moment_while_writers_go_on() {
    try (Database database = TestDatabase.in(folder)) {
      table(database);
      database.write(handle -> handle.execute("INSERT INTO item VALUES (1, 'a')"));
      long[] seen =
          database.read(handle -> {
            long before = handle.createQuery("SELECT count(*) FROM item").mapTo(Long.class).one();
            Thread writer =
                Thread.ofVirtual()
                    .start(() ->
                        database.write(inner -> inner.execute("INSERT INTO item VALUES (2, 'b')")));
            try {
              writer.join();
            } catch (InterruptedException interrupted) {
              Thread.currentThread().interrupt();
            }
            long after = handle.createQuery("SELECT count(*) FROM item").mapTo(Long.class).one();
            return new long[] {before, after};
          });
      assertThat(seen).containsExactly(1, 1);
      assertThat(count(database)).isEqualTo(2);
    }
  }

  @Test
  void a_folder_that_is_not_there_is_a_clear_error() {
    assertThatThrownBy(() -> Database.open(folder.resolve("absent").resolve("x.db")))
        .isInstanceOfSatisfying(
            EspalierException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE));
  }

  @Test
  void a_file_that_is_no_database_is_an_error() throws IOException {
    Path file = Files.writeString(folder.resolve("espalier.db"), "not a database ".repeat(100));
    assertThatThrownBy(() -> Database.open(file)).isInstanceOf(EspalierException.class);
  }

  @Test
  void migrations_run_once_whoever_opens_the_database() {
    try (Database database = TestDatabase.in(folder)) {
      database.migrate("platform");
    }
    try (Database database = TestDatabase.in(folder)) {
      database.migrate("platform");
      database.migrate("platform");
      assertThat(
              database.<Long>read(handle ->
                  handle.createQuery("SELECT count(*) FROM migration").mapTo(Long.class).one()))
          .isEqualTo(1);
    }
  }

  @Test
  void a_migration_that_changed_after_it_ran_is_refused() {
    try (Database database = TestDatabase.in(folder)) {
      database.migrate("platform");
      database.write(handle -> handle.execute("UPDATE migration SET digest = 'sha256:other'"));
    }
    try (Database database = TestDatabase.in(folder)) {
      assertThatThrownBy(() -> database.migrate("platform"))
          .hasMessageContaining("changed after it was applied");
    }
  }

  @Test
  void stages_that_migrate_together_are_all_there_or_none() {
    try (Database database = TestDatabase.in(folder)) {
      assertThatThrownBy(() -> database.migrate("platform", "broken"))
          .isInstanceOf(EspalierException.class);
      assertThatThrownBy(() ->
              database.read(handle ->
                  handle.createQuery("SELECT stage FROM migration").mapTo(String.class).list()))
          .isInstanceOf(EspalierException.class);
      database.migrate("platform");
      assertThat(
              database.<List<String>>read(handle ->
                  handle
                      .createQuery("SELECT DISTINCT stage FROM migration")
                      .mapTo(String.class)
                      .list()))
          .containsExactly("platform");
    }
  }

  @Test
  void a_stage_without_migrations_is_our_own_fault() {
    try (Database database = TestDatabase.in(folder)) {
      assertThatThrownBy(() -> database.migrate("nothing")).hasMessageContaining("No migrations");
    }
  }
}
