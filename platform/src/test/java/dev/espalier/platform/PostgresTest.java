package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What only a server can do: refuse, vanish, come back, and compare texts in its own way. */
class PostgresTest {
  private DatabaseAddress address;

  @BeforeEach
  void own_schema(TestInfo test) {
    String name = test.getTestMethod().orElseThrow().getName();
    address = TestPostgres.shared().schema("p" + Digest.of(name).hex().substring(0, 20));
  }

  private static EspalierException failure(Runnable work) {
    try {
      work.run();
    } catch (EspalierException failure) {
      return failure;
    }
    throw new AssertionError("did not fail");
  }

  @Test
  void a_second_process_cannot_write_the_same_schema_and_takes_over_when_the_first_ends()
      throws Exception {
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Database> second;
      try (Database first = Database.open(address)) {
        first.migrate("platform");
        assertThat(failure(() -> Database.open(address)))
            .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE))
            .hasMessageContaining("Another Espalier uses schema '" + address.schema() + "'")
            .hasMessageContaining("?schema=");
        second = threads.submit(() -> Database.open(address));
      }
      second.get().close();
    }
  }

  @Test
  void goes_on_after_the_server_was_restarted() {
    try (Database database = Database.open(address)) {
      database.write(handle -> handle.execute("CREATE TABLE item (id int PRIMARY KEY)"));
      database.write(handle -> handle.execute("INSERT INTO item VALUES (1)"));
      TestPostgres.shared().restart();
      assertThat(
              failure(
                  () -> database.write(handle -> handle.execute("INSERT INTO item VALUES (2)"))))
          .satisfies(broken -> assertThat(broken.code()).isEqualTo(ErrorCode.UNAVAILABLE))
          .hasMessageContaining("may or may not be kept");
      database.writeTogether(handle -> handle.execute("INSERT INTO item VALUES (3)"));
      for (int reader = 0; reader < 8; reader++) {
        assertThat(
                database.<List<Integer>>read(handle ->
                    handle
                        .createQuery("SELECT id FROM item ORDER BY id")
                        .mapTo(Integer.class)
                        .list()))
            .containsExactly(1, 3);
      }
    }
  }

  @Test
  void a_shared_write_that_meets_a_lost_connection_fails_and_the_next_one_works() {
    try (Database database = Database.open(address)) {
      database.write(handle -> handle.execute("CREATE TABLE item (id int PRIMARY KEY)"));
      TestPostgres.shared().restart();
      assertThat(
              failure(() ->
                      database.writeTogether(
                          handle -> handle.execute("INSERT INTO item VALUES (1)")))
                  .code())
          .isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(
              database.<Integer>writeTogether(
                  handle -> handle.execute("INSERT INTO item VALUES (1)")))
          .isEqualTo(1);
    }
  }

  @Test
  void compares_texts_as_sqlite_does_whatever_the_locale() {
    try (Database database = Database.open(address)) {
      Dialect dialect = Dialect.POSTGRESQL;
      database.write(handle ->
          handle.execute(
              dialect.ddl("CREATE TABLE item (name varchar(3) NOT NULL PRIMARY KEY)\n")));
      for (String name :
          List.of("b", "B", "a", "Z", "ä", "_", "longer than three", "50%", "a\\b")) {
        database.write(handle -> handle.execute("INSERT INTO item VALUES (?)", name));
      }
      assertThat(names(database, "true"))
          .containsExactly("50%", "B", "Z", "_", "a", "a\\b", "b", "longer than three", "ä");
      assertThat(names(database, dialect.sql("name {like} '" + dialect.likePattern("a\\%") + "'")))
          .containsExactly("a\\b");
      assertThat(names(database, dialect.sql("name {like} 'b'"))).containsExactly("b");
      assertThat(names(database, dialect.sql("name {ilike} 'b'"))).containsExactly("B", "b");
      assertThat(names(database, dialect.sql("name {ilike} 'Ä'"))).isEmpty();
    }
  }

  private static List<String> names(Database database, String where) {
    return database.read(handle ->
        handle
            .createQuery("SELECT name FROM item WHERE " + where + " ORDER BY name")
            .mapTo(String.class)
            .list());
  }

  @Test
  void a_text_that_postgres_cannot_keep_is_the_callers_mistake_and_leaves_nothing() {
    try (Database database = Database.open(address)) {
      database.write(handle -> handle.execute("CREATE TABLE item (name text)"));
      assertThat(
              failure(() ->
                  database.writeTogether(
                      handle -> handle.execute("INSERT INTO item VALUES (?)", "a\0b"))))
          .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID))
          .hasMessageContaining("NUL");
      assertThat(names(database, "true")).isEmpty();
    }
  }

  @Test
  void readers_cannot_write() {
    try (Database database = Database.open(address)) {
      database.write(handle -> handle.execute("CREATE TABLE item (name text)"));
      assertThatThrownBy(
              () -> database.read(handle -> handle.execute("INSERT INTO item VALUES ('a')")))
          .isInstanceOf(EspalierException.class);
      assertThat(names(database, "true")).isEmpty();
    }
  }

  @Test
  void a_query_over_many_rows_starts_no_other_processes() {
    try (Database database = Database.open(address)) {
      String plan = "EXPLAIN SELECT COUNT(*) FROM item WHERE number > 5";
      boolean _ =
          database.write(handle -> {
            handle.execute("CREATE TABLE item AS SELECT generate_series(1, 400000) AS number");
            handle.execute("ANALYZE item");
            handle.execute("SET LOCAL max_parallel_workers_per_gather = 2");
            // What the server would do by its own settings.
            assertThat(handle.createQuery(plan).mapTo(String.class).list().toString())
                .contains("Gather");
            return true;
          });

      assertThat(
              database
                  .<List<String>>read(handle -> handle.createQuery(plan).mapTo(String.class).list())
                  .toString())
          .contains("Aggregate")
          .doesNotContain("Gather");
    }
  }

  @Test
  void commits_are_durable_even_where_the_server_would_not_wait() {
    try (Database database = Database.open(address)) {
      database.write(handle -> handle.execute("ALTER ROLE espalier SET synchronous_commit = off"));
      try {
        TestPostgres.shared().restart();
        assertThat(failure(() -> setting(database)).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(setting(database)).isEqualTo("on");
      } finally {
        database.write(handle -> handle.execute("ALTER ROLE espalier RESET synchronous_commit"));
      }
    }
  }

  private static String setting(Database database) {
    return database.write(
        handle -> handle.createQuery("SHOW synchronous_commit").mapTo(String.class).one());
  }

  @Test
  void a_wrong_password_a_missing_database_and_a_dead_server_are_told_apart() {
    DatabaseAddress wrong =
        new DatabaseAddress(
            address.host(),
            address.port(),
            address.database(),
            address.schema(),
            address.user(),
            Optional.of("guess"),
            "disable",
            Optional.empty());
    assertThat(failure(() -> Database.open(wrong)))
        .hasMessageContaining("refuses user 'espalier'")
        .hasMessageContaining("ESPALIER_DATABASE_PASSWORD_FILE")
        .hasMessageNotContainingAny("guess");
    assertThat(
            failure(() ->
                Database.open(TestDatabase.at(address.port(), "elsewhere", address.schema()))))
        .hasMessageContaining("There is no database 'elsewhere'");
    assertThat(failure(() -> Database.open(TestDatabase.at(1, "postgres", "x"))))
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.UNAVAILABLE))
        .hasMessageContaining("cannot be reached");
  }

  @Test
  void a_database_that_does_not_keep_utf_8_is_refused() {
    try (Database database = Database.open(address)) {
      assertThat(database.dialect()).isEqualTo(Dialect.POSTGRESQL);
    }
    TestPostgres.shared()
        .sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    assertThat(failure(() -> Database.open(TestDatabase.at(address.port(), "latin", "x"))))
        .satisfies(refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID))
        .hasMessageContaining("ENCODING 'UTF8'");
  }

  @Test
  void an_environment_without_a_password_asks_without_one() {
    assertThat(
            DatabaseAddress.parse("postgresql://db/espalier", Map.of(DatabaseAddress.USER, "ann")))
        .satisfies(parsed -> assertThat(parsed.password()).isEmpty())
        .hasToString("postgresql://db:5432/espalier");
  }
}
