package dev.espalier.server;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What Maven's arrows cannot check: who may import what, the names of roles, the length of files.
 */
class HouseTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path EXCUSES = ROOT.resolve("config/long-files.txt");
  private static final int LONGEST = 600;
  private static final Set<String> DATABASE =
      Set.of("Database", "Dialect", "Engine", "SqliteEngine", "PostgresEngine", "Migrations");
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          // A packaged build sees platform's test kit as a jar, which the option above does not
          // know.
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("dev.espalier");

  private static Predicate<JavaClass> outermost(Predicate<String> name) {
    return type -> {
      JavaClass outer = type;
      while (outer.getEnclosingClass().isPresent()) {
        outer = outer.getEnclosingClass().get();
      }
      return name.test(outer.getSimpleName());
    };
  }

  @Test
  void only_routes_and_the_http_assembly_import_the_http_library() {
    noClasses()
        .that(
            describe(
                "are neither routes nor the assembly",
                type ->
                    !type.getPackageName().equals("dev.espalier.server.http")
                        && outermost(name -> !name.endsWith("Routes")).test(type)))
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.helidon.."))
        .check(CLASSES);
  }

  @Test
  void only_stores_and_the_database_import_the_sql_library() {
    noClasses()
        .that(
            describe(
                "are neither stores nor the database",
                type ->
                    outermost(name -> !name.endsWith("Store") && !DATABASE.contains(name))
                        .test(type)))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("org.jdbi..", "java.sql..", "org.sqlite..", "org.postgresql.."))
        .check(CLASSES);
  }

  @Test
  void nothing_deserialises_java_objects() {
    noClasses()
        .should()
        .dependOnClassesThat(
            describe(
                "deserialise",
                type ->
                    type.getName().equals("java.io.ObjectInputStream")
                        || type.getName().equals("java.beans.XMLDecoder")))
        .check(CLASSES);
  }

  @Test
  void training_natives_load_in_training_processes_only() {
    noClasses()
        .that(
            describe(
                "are not the transformer",
                type -> !type.getPackageName().equals("dev.espalier.training.transformer")))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("ai.djl.ndarray..", "ai.djl.engine..", "ai.djl.pytorch.."))
        .check(CLASSES);
  }

  @Test
  void packages_have_no_cycles() {
    slices().matching("dev.espalier.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void names_say_what_a_class_is_for() {
    Pattern vague = Pattern.compile(".*(Util|Utils|Helper|Manager|Impl|Common)");
    assertThat(CLASSES.stream().map(JavaClass::getSimpleName))
        .noneMatch(name -> vague.matcher(name).matches());
  }

  @Test
  void platform_knows_no_machine_learning() throws IOException {
    Pattern words =
        Pattern.compile("(?i)\\b(model|training|train|predict|prediction|dataset|drift|canary)\\b");
    assertThat(sources("platform/src/main"))
        .allSatisfy(
            (file, text) -> assertThat(words.matcher(text).find()).as("%s", file).isFalse());
  }

  @Test
  void long_files_are_excused_with_a_reason_or_split() throws IOException {
    List<String> excused = new ArrayList<>();
    if (Files.exists(EXCUSES)) {
      for (String line : Files.readAllLines(EXCUSES)) {
        assertThat(line.split("\\s+")).as("a path and a reason").hasSizeGreaterThan(3);
        excused.add(line.split("\\s+")[0]);
      }
    }
    assertThat(excused).hasSizeLessThanOrEqualTo(5);
    assertThat(sources("."))
        .allSatisfy((file, text) ->
            assertThat(text.lines().count() <= LONGEST || excused.contains(file))
                .as("%s has at most %d lines", file, LONGEST)
                .isTrue());
  }

  private static Map<String, String> sources(String folder) throws IOException {
    Map<String, String> sources = new java.util.TreeMap<>();
    try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
      for (Path file : files.filter(HouseTest::isSource).toList()) {
        sources.put(ROOT.relativize(file.normalize()).toString(), Files.readString(file));
      }
    }
    return sources;
  }

  private static boolean isSource(Path file) {
    String path = file.toString();
    return (path.endsWith(".java") || path.endsWith(".ts") || path.endsWith(".tsx"))
        && !path.contains("/target/")
        && !path.contains("/node_modules/")
        && !path.contains("/generated");
  }
}
