package dev.espalier.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.Digest;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.registry.Registry;
import dev.espalier.serving.Ask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process starts over a store in which the files of a version are damaged or gone. */
class BrokenArtifactTest {
  private static final String OTHER = "other-filter";

  @TempDir Path folder;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = new Rig(folder);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  /** Where the store keeps what a version's bundle consists of. */
  private Path file(String version) {
    Digest bundle = rig.registry.version(Rig.PRODUCT, version).bundle();
    return folder
        .resolve("artifacts")
        .resolve(bundle.hex().substring(0, 2))
        .resolve(bundle.hex().substring(2));
  }

  private byte[] damaged(String version) throws IOException {
    Path file = file(version);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, new byte[] {1, 2, 3});
    return whole;
  }

  private String answers(String product) {
    return rig.serving.predict(product, Ask.of("a")).modelVersion();
  }

  private List<String> told() {
    return new Events(rig.database, rig.clocks, rig.clock)
        .after(0, 1000).stream()
            .map(Events.Event::type)
            .filter(type -> type.startsWith("endpoint"))
            .toList();
  }

  @Test
  void a_champion_that_cannot_be_loaded_stops_no_other_product_and_comes_back_by_itself()
      throws IOException {
    String champion = rig.released();
    String other = rig.register(OTHER, 0.3);
    rig.deployments.release(OTHER, other, "first");
    byte[] whole = damaged(champion);

    rig.restart();

    assertThat(answers(OTHER)).isEqualTo(other);
    assertThat(rig.deployments.behind(OTHER)).isEmpty();
    assertThatThrownBy(() -> answers(Rig.PRODUCT)).isInstanceOf(EspalierException.class);
    Behind behind = rig.deployments.behind(Rig.PRODUCT).orElseThrow();
    assertThat(behind.why()).as("what, and what is wrong with it").isNotBlank();
    assertThat(behind.answering()).as("there is nobody else").isEmpty();
    rig.deployments.follow(Rig.PRODUCT);
    assertThat(told())
        .as("told once, however often it is tried")
        .containsExactly("endpoint.behind");

    Files.write(file(champion), whole);
    rig.deployments.follow(Rig.PRODUCT);
    assertThat(rig.deployments.behind(Rig.PRODUCT)).isEmpty();
    assertThat(answers(Rig.PRODUCT)).isEqualTo(champion);
    assertThat(told()).containsExactly("endpoint.behind", "endpoint.follows");
  }

  @Test
  void the_previous_version_answers_while_the_champion_cannot_be_loaded() throws IOException {
    String first = rig.released();
    String second = rig.register(0.2);
    name(Registry.PREVIOUS, first);
    name(Registry.CHAMPION, second);
    byte[] whole = damaged(second);

    rig.restart();

    assertThat(answers(Rig.PRODUCT)).isEqualTo(first);
    assertThat(rig.deployments.behind(Rig.PRODUCT).orElseThrow().answering()).contains(first);
    rig.deployments.follow(Rig.PRODUCT);
    assertThat(rig.deployments.behind(Rig.PRODUCT).orElseThrow().answering()).contains(first);

    Files.write(file(second), whole);
    rig.deployments.follow(Rig.PRODUCT);
    assertThat(answers(Rig.PRODUCT)).isEqualTo(second);
    assertThat(rig.deployments.behind(Rig.PRODUCT)).isEmpty();
  }

  @Test
  void a_version_that_only_stands_by_takes_no_champion_down_with_it() throws IOException {
    String first = rig.released();
    String second = rig.register(0.2);
    name(Registry.PREVIOUS, first);
    name(Registry.CHAMPION, second);
    byte[] whole = damaged(first);
    assertThat(whole).isNotEmpty();

    rig.restart();

    assertThat(answers(Rig.PRODUCT)).isEqualTo(second);
    assertThat(rig.deployments.behind(Rig.PRODUCT).orElseThrow().answering()).contains(second);
  }

  private void name(String alias, String version) {
    rig.registry.moveAlias(
        Rig.PRODUCT,
        alias,
        rig.registry.alias(Rig.PRODUCT, alias).map(each -> each.version()),
        version,
        "ana",
        "a test");
  }
}
