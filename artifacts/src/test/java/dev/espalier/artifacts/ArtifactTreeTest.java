package dev.espalier.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Database;
import dev.espalier.platform.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactTreeTest {
  @TempDir Path folder;
  private Database database;
  private ArtifactTree tree;

  @BeforeEach
  void open() {
    database = TestDatabase.in(folder);
    tree =
        new ArtifactTree(
            database, new LocalArtifactStore(folder.resolve("files")), InstantSource.system());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void put(String path, String text) {
    tree.put(
        ArtifactPath.of(path),
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        1 << 20);
  }

  private String read(String path) throws IOException {
    try (InputStream in = tree.open(tree.find(ArtifactPath.of(path)).orElseThrow())) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<String> names(String path) {
    return tree.list(ArtifactPath.of(path), "", 100).stream()
        .map(entry -> entry.path().text() + (entry.folder() ? "/" : " " + entry.bytes()))
        .toList();
  }

  @Test
  void shows_files_and_the_folders_above_them() throws IOException {
    put("1/run/artifacts/model/MLmodel", "flavors");
    put("1/run/artifacts/plot.png", "png");
    put("1/run/artifacts/plot.png", "newer");
    assertThat(names("1/run/artifacts"))
        .containsExactly("1/run/artifacts/model/", "1/run/artifacts/plot.png 5");
    assertThat(names("")).containsExactly("1/");
    assertThat(names("1/run/artifacts/plot.png")).as("a file holds nothing").isEmpty();
    assertThat(names("nowhere")).isEmpty();
    assertThat(read("1/run/artifacts/plot.png")).isEqualTo("newer");
  }

  @Test
  void keeps_awkward_names_as_they_are() throws IOException {
    for (String name :
        List.of(
            "a b.txt",
            "semi;colon=1.txt",
            "%41.txt",
            "100%.txt",
            "ä/ß漢.json",
            "a+b&c=d;e.txt",
            "-rf",
            "..a/b..")) {
      put("run/" + name, name);
      assertThat(read("run/" + name)).isEqualTo(name);
    }
  }

  /** MLflow's client decodes what a listing names and asks for that. */
  @Test
  void a_name_is_the_same_however_often_it_is_percent_encoded() throws IOException {
    put("run/%41 100% %zz.txt", "first");
    assertThat(names("run")).containsExactly("run/A 100% %zz.txt 5");
    for (String same : List.of("run/A 100% %zz.txt", "run/%2541%20100%25 %zz.txt")) {
      assertThat(read(same)).isEqualTo("first");
    }
    put("run/%2541 100% %zz.txt", "then");
    assertThat(names("run")).as("the same file again").containsExactly("run/A 100% %zz.txt 4");
    assertThatThrownBy(() -> put("%zz/%2e%2e/x", "out")).hasMessageStartingWith("Invalid path");
  }

  @Test
  void refuses_a_file_where_a_folder_is_and_a_folder_where_a_file_is() {
    put("a/b", "file");
    assertThatThrownBy(() -> put("a", "x")).hasMessageContaining("'a' is a folder");
    assertThatThrownBy(() -> put("a/b/c", "x")).hasMessageContaining("'a/b' is a file");
    assertThatThrownBy(() -> put("", "x")).hasMessageContaining("needs a name");
    assertThatThrownBy(() -> tree.open(tree.find(ArtifactPath.of("a")).orElseThrow()))
        .hasMessageContaining("folder");
  }

  @Test
  void deletes_a_folder_with_all_below_and_nothing_beside_it() {
    put("run/model/a", "1");
    put("run/model/deep/b", "2");
    put("run/model-2/c", "3");
    put("run/model.txt", "4");
    assertThat(tree.delete(ArtifactPath.of("run/model"))).isEqualTo(4);
    assertThat(names("run")).containsExactly("run/model-2/", "run/model.txt 1");
    assertThat(names("run/model/deep")).isEmpty();
    assertThat(tree.delete(ArtifactPath.ROOT)).as("the root stays").isZero();
    assertThat(names("")).containsExactly("run/");
  }

  @Test
  void pages_through_a_large_folder_without_gaps() {
    database.write(_ -> {
      IntStream.range(0, 2_000).forEach(i -> put("big/f%05d".formatted(i), "x"));
      return 0;
    });
    String after = "";
    int seen = 0;
    for (List<ArtifactEntry> page = tree.list(ArtifactPath.of("big"), after, 300);
        !page.isEmpty();
        page = tree.list(ArtifactPath.of("big"), after, 300)) {
      seen += page.size();
      after = page.getLast().path().name();
    }
    assertThat(seen).isEqualTo(2_000);
  }

  /** CVE-2023-1177, CVE-2023-3765, CVE-2024-8859, CVE-2025-11201: paths that leave their root. */
  @Test
  void refuses_every_path_that_leaves_its_root() throws IOException {
    put("inside", "x");
    List<String> escapes =
        List.of(
            "..",
            "../etc/passwd",
            "a/../../b",
            "a/..",
            "./a",
            "a//b",
            "a/./b",
            "/etc/passwd",
            "//server/share",
            "\\\\server\\share",
            "..\\..\\windows",
            "a\\b",
            "C:/windows",
            "c:windows",
            "file:/etc/passwd",
            "file:///etc/passwd",
            "http://host/x",
            "%2e%2e/x",
            "..%2fx",
            "%252e%252e%252fx",
            "%25252e%25252e/x",
            "%2fetc%2fpasswd",
            "%5c%5cserver%5cshare",
            "a%00b",
            "a\0b",
            "a\nb",
            "a%0ab",
            "a#b",
            "a%23b",
            "．．/x",
            "..／x",
            "a／..／b",
            "%ef%bc%8e%ef%bc%8e/x",
            "…".repeat(1) + "/‥/x",
            "%" + "25".repeat(12) + "2e%2e/x",
            "x".repeat(2_000),
            "a/" + "x".repeat(1_000));
    for (String escape : escapes) {
      assertThatThrownBy(() -> put(escape, "out"))
          .as("'%s'", escape)
          .hasMessageStartingWith("Invalid path");
    }
    assertThat(names("")).containsExactly("inside 1");
    try (Stream<Path> files = Files.walk(folder.resolve("files"))) {
      assertThat(files.filter(Files::isRegularFile))
          .as("nothing that a caller names becomes a file name")
          .allMatch(file -> file.getFileName().toString().matches("[0-9a-f]{62}"));
    }
  }
}
