package dev.espalier.canvas.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.espalier.canvas.documents.Documents.Format;
import dev.espalier.platform.Digest;
import dev.espalier.platform.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Held against the official schema of CycloneDX 1.6, as cyclonedx-core-java ships it. */
class MlBomTest {
  private static final Schema SCHEMA = schema();
  @TempDir Path folder;

  private static Schema schema() {
    Map<String, String> known = new HashMap<>();
    for (String name : new String[] {"spdx.schema.json", "jsf-0.82.schema.json"}) {
      known.put("http://cyclonedx.org/schema/" + name, text(name));
    }
    return SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_7, builder -> builder.schemas(known))
        .getSchema(text("bom-1.6.schema.json"), InputFormat.JSON);
  }

  private static String text(String name) {
    try (InputStream in = MlBomTest.class.getResourceAsStream("/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  private String bom(Desk desk) {
    return desk.read("ml-bom", Optional.empty(), Format.JSON);
  }

  @Test
  void the_bom_of_a_version_is_a_valid_cyclonedx_document() {
    try (Desk desk = new Desk(folder)) {
      desk.apply(
          Desk.MINIMAL
              + """
              background: {customers: [{name: mailbox user}], pains: [{id: P1, text: spam}]}
              solution: {features: [{id: F1, text: file on receipt}], out_of_scope: [{text: attachments}]}
              metadata: {governance: {risk_tier: limited, risks: [{text: real mail lost, mitigation: objectives}]}}
              """);
      JsonNode bom = Json.tree(bom(desk));

      assertThat(SCHEMA.validate(bom(desk), InputFormat.JSON)).isEmpty();
      JsonNode model = bom.path("components").path(0);
      assertThat(model.path("hashes").path(0).path("content").asText())
          .isEqualTo(Digest.of("bundle").hex());
      assertThat(model.findPath("performanceMetrics").path(1).path("slice").asText())
          .isEqualTo("lang=de");
      assertThat(model.findPath("ethicalConsiderations").path(0).path("name").asText())
          .isEqualTo("real mail lost");
      assertThat(model.findPath("datasets").path(0).path("ref"))
          .isEqualTo(bom.path("components").path(1).path("bom-ref"));
    }
  }

  @Test
  void before_the_first_version_it_is_valid_and_empty() {
    try (Desk desk = new Desk(folder)) {
      desk.apply(Desk.MINIMAL);
      desk.facts.model = Optional.empty();

      assertThat(SCHEMA.validate(bom(desk), InputFormat.JSON)).isEmpty();
      assertThat(Json.tree(bom(desk)).path("components")).isEmpty();
    }
  }

  @Test
  void the_schema_refuses_what_is_no_bom() {
    assertThat(SCHEMA.validate("{\"bomFormat\":\"CycloneDX\"}", InputFormat.JSON)).isNotEmpty();
    assertThat(
            SCHEMA.validate(
                """
                {"bomFormat":"CycloneDX","specVersion":"1.6","components":[
                  {"type":"model","name":"x","invented":1}]}
                """,
                InputFormat.JSON))
        .isNotEmpty();
  }
}
