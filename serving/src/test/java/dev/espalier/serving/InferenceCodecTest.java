package dev.espalier.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tensors of the Open Inference Protocol v2, field by field. */
class InferenceCodecTest {
  private static InferenceCodec.Inference decode(String json) {
    return InferenceCodec.decode(Json.tree(json.replace('\'', '"')));
  }

  private static String tensor(String shape, String data) {
    return "{'inputs':[{'name':'text','datatype':'BYTES','shape':%s,'data':%s}]}"
        .formatted(shape, data);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1] | ['a'] | a",
        "[2] | ['a','b'] | a b",
        "[1,2] | [['a','b']] | a b",
        "[2,1] | [['a'],['b']] | a b",
        "[2,1] | ['a','b'] | a b",
        "[2,2] | [['a','b'],['c','d']] | a b c d",
        "[1,1,1,1,1,1,1,1] | ['a'] | a"
      })
  void data_are_row_major_flat_or_nested(String shape, String data, String texts) {
    assertThat(decode(tensor(shape, data)).asks())
        .extracting(Ask::text)
        .containsExactly(texts.split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[0] | []",
        "[2] | ['a']",
        "[1] | ['a','b']",
        "[-1] | ['a']",
        "[1.5] | ['a']",
        "['1'] | ['a']",
        "[] | ['a']",
        "1 | ['a']",
        "[1,1,1,1,1,1,1,1,1] | ['a']",
        "[2147483648] | ['a']",
        "[2147483647,2147483647,2147483647] | ['a']",
        "[1] | 'a'",
        "[1] | [1]",
        "[1] | [null]",
        "[1] | [true]",
        "[1] | [{'a':'b'}]",
        "[1] | null"
      })
  void a_shape_and_data_that_disagree_are_the_callers_error(String shapeAndData) {
    String[] parts = shapeAndData.split(" \\| ");
    assertThatThrownBy(() -> decode(tensor(parts[0], parts[1])))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16",
        "BF16", "FP32", "FP64", "bytes", "STRING", ""
      })
  void another_datatype_is_refused_by_the_field_and_the_nearest_valid_value(String datatype) {
    String body =
        "{'inputs':[{'name':'text','datatype':'%s','shape':[1],'data':['a']}]}".formatted(datatype);
    assertThatThrownBy(() -> decode(body))
        .isInstanceOfSatisfying(
            EspalierException.class,
            e -> {
              assertThat(e.field()).contains("inputs[0].datatype");
              assertThat(e.nearest()).contains("BYTES");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "7",
        "null",
        "{}",
        "{'inputs':null}",
        "{'inputs':{}}",
        "{'inputs':[]}",
        "{'inputs':[1]}",
        "{'inputs':[{}]}",
        "{'inputs':[{'name':'other','datatype':'BYTES','shape':[1],'data':['a']}]}",
        "{'inputs':[{'name':7,'datatype':'BYTES','shape':[1],'data':['a']}]}",
        "{'inputs':[{'name':'text','shape':[1],'data':['a']}]}",
        "{'id':7,'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'data':['a']}]}",
        "{'parameters':[],'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'data':['a']}]}",
        "{'parameters':{'unit':7},'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'data':['a']}]}",
        "{'outputs':{},'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'data':['a']}]}",
        "{'outputs':['label'],'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'data':['a']}]}",
        "{'outputs':[{'name':'logits'}],'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'data':['a']}]}",
        "{'outputs':[{'name':'label'},{'name':'label'}],'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'data':['a']}]}"
      })
  void an_ill_formed_request_is_an_error_and_never_a_guess(String body) {
    assertThatThrownBy(() -> decode(body))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'parameters':{'binary_data_output':true},'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'data':['a']}]}",
        "{'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'parameters':{'binary_data_size':5}}]}",
        "{'outputs':[{'name':'label','parameters':{'binary_data':true}}],'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'data':['a']}]}",
        "{'outputs':[{'name':'label','parameters':{'classification':2}}],'inputs':[{'name':'text','datatype':'BYTES','shape':[1],'data':['a']}]}"
      })
  void an_extension_that_is_not_offered_is_refused_and_never_ignored(String body) {
    assertThatThrownBy(() -> decode(body))
        .isInstanceOfSatisfying(
            EspalierException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
        .hasMessageContaining("not offered");
  }

  @Test
  void at_most_64_texts_make_a_request_and_a_million_are_not_even_collected() {
    String[] texts = new String[64];
    java.util.Arrays.fill(texts, "'a'");
    String data = String.join(",", texts);
    assertThat(decode(tensor("[64]", "[" + data + "]")).asks()).hasSize(64);
    assertThatThrownBy(() -> decode(tensor("[65]", "[" + data + ",'a']")))
        .hasMessageContaining("1 to 64");
  }

  @Test
  void rows_of_a_request_share_one_sticky_unit_and_its_id_is_it_unless_one_is_given() {
    String body = "{'id':'r7','parameters':%s," + tensor("[2]", "['a','b']").substring(1);
    assertThat(decode(body.formatted("{}")).asks())
        .extracting(ask -> ask.unit().orElseThrow())
        .containsExactly("r7", "r7");
    assertThat(decode(body.formatted("{'unit':'ana','priority':1}")).asks())
        .extracting(ask -> ask.unit().orElseThrow())
        .containsExactly("ana", "ana");
    List<Ask> anonymous = decode(tensor("[2]", "['a','b']")).asks();
    assertThat(anonymous.get(0).unit()).isPresent().isEqualTo(anonymous.get(1).unit());
    assertThat(decode(tensor("[1]", "['a']")).asks().getFirst().unit())
        .isNotEqualTo(anonymous.get(0).unit());
  }

  private static Answer answer(String label, Map<String, Double> probabilities, String servedBy) {
    return new Answer(
        "prd-1", label, new TreeMap<>(probabilities), "1.0.0", servedBy, Optional.empty(), 5);
  }

  @Test
  void outputs_come_flat_in_the_order_asked_and_the_id_is_echoed_exactly() {
    InferenceCodec.Inference asked =
        decode(
            "{'id':' 7\\t','outputs':[{'name':'probabilities'},{'name':'served_by'}],"
                + tensor("[2]", "['a','b']").substring(1));
    JsonNode json =
        InferenceCodec.encode(
            "mail",
            asked,
            List.of(
                answer("spam", Map.of("ham", 0.25, "spam", 0.75), "champion"),
                answer("ham", Map.of(), "default_value")),
            List.of("ham", "spam"));
    assertThat(json.path("id").asText()).isEqualTo(" 7\t");
    assertThat(json.path("model_name").asText()).isEqualTo("mail");
    assertThat(json.path("model_version").asText()).isEqualTo("1.0.0");
    JsonNode probabilities = json.path("outputs").get(0);
    assertThat(probabilities.path("name").asText()).isEqualTo("probabilities");
    assertThat(probabilities.path("datatype").asText()).isEqualTo("FP64");
    assertThat(probabilities.path("shape").toString()).isEqualTo("[2,2]");
    assertThat(probabilities.path("data").toString()).isEqualTo("[0.25,0.75,1.0,0.0]");
    assertThat(json.path("outputs").get(1).path("data").toString())
        .isEqualTo("[\"champion\",\"default_value\"]");
    assertThat(json.path("outputs")).hasSize(2);
  }

  @Test
  void without_outputs_all_four_are_returned_and_without_an_id_none_is() {
    JsonNode json =
        InferenceCodec.encode(
            "mail",
            decode(tensor("[1]", "['a']")),
            List.of(answer("spam", Map.of("ham", 0.1, "spam", 0.9), "champion")),
            List.of("ham", "spam"));
    assertThat(json.has("id")).isFalse();
    assertThat(json.path("outputs"))
        .extracting(one -> one.path("name").asText())
        .containsExactly("label", "probabilities", "prediction_id", "served_by");
  }
}
