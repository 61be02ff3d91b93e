package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  @TempDir Path folder;

  private Program written(String note) throws IOException {
    Files.writeString(folder.resolve("commit"), note);
    return Program.in(folder);
  }

  @Test
  void a_packaged_program_knows_its_commit_and_whether_it_was_changed() throws IOException {
    assertThat(written(COMMIT + " clean\n").commit()).contains(COMMIT);
    assertThat(written(COMMIT + " clean\n").clean()).isTrue();
    assertThat(written(COMMIT + " changed\n").commit()).contains(COMMIT);
    assertThat(written(COMMIT + " changed\n").clean()).isFalse();
  }

  @Test
  void what_is_no_commit_is_not_taken_for_one() throws IOException {
    assertThat(Program.in(folder).commit()).isEmpty();
    assertThat(written("espalier 1.0 clean").commit()).isEmpty();
    assertThat(written(COMMIT).commit()).isEmpty();
    assertThat(written(COMMIT + " clean " + "x".repeat(500)).commit()).isEmpty();
  }

  @Test
  void the_environment_names_runtime_and_cores() {
    assertThat(Program.environment()).startsWith("Java ").endsWith(" cores");
  }
}
