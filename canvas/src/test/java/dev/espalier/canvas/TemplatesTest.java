package dev.espalier.canvas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.platform.Caller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The canvases that the gallery offers as a start. */
class TemplatesTest {
  @TempDir Path folder;

  static List<Path> templates() throws IOException {
    try (Stream<Path> found = Files.walk(Path.of("../examples"))) {
      return found.filter(each -> each.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("templates")
  void a_template_can_be_applied_as_it_is(Path template) throws IOException {
    try (CanvasKit kit = CanvasKit.in(folder)) {
      Plan plan = kit.plan(Files.readString(template), Caller.local());
      assertThat(plan.contradictions())
          .filteredOn(each -> each.level() == Plan.Level.ERROR)
          .as(template.toString())
          .isEmpty();
      assertThat(kit.apply(Files.readString(template)).version()).isEqualTo("1.0.0");
    }
  }
}
