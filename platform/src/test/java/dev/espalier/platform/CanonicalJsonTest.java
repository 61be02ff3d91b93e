package dev.espalier.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalJsonTest {
  /** RFC 8785, section 3.2.3: keys sort by UTF-16 code units. */
  @Test
  void sorts_keys_as_the_rfc_does() {
    String input =
        "{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew\","
            + "\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji\",\"\\u0080\":\"Control\",\"\\u00f6\":\"o\"}";
    List<String> values = new ArrayList<>();
    Json.tree(CanonicalJson.write(Json.tree(input))).forEach(value -> values.add(value.asText()));
    assertThat(values)
        .containsExactly("Carriage Return", "One", "Control", "o", "Euro Sign", "Emoji", "Hebrew");
  }

  @ParameterizedTest
  @CsvSource({
    "1.10,1.1",
    "11e-1,1.1",
    "1E30,1e+30",
    "0.0,0",
    "-0,0",
    "4.50,4.5",
    "2e-3,0.002",
    "0.000001,0.000001",
    "1e-7,1e-7",
    "100,100",
    "333333333.33333329,333333333.3333333"
  })
  void writes_the_shortest_number(String input, String expected) {
    assertThat(CanonicalJson.write(Json.tree(input))).isEqualTo(expected);
  }

  @Test
  void strings_are_normalised() {
    assertThat(CanonicalJson.digest("e\u0301")).isEqualTo(CanonicalJson.digest("\u00e9"));
  }

  @Test
  void order_of_keys_never_matters_and_writing_twice_changes_nothing() {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      Map<String, Object> values = new LinkedHashMap<>();
      for (int i = 0; i < 8; i++) {
        values.put("key" + random.nextInt(50), random.nextInt(3) == 0 ? "v" : random.nextInt());
      }
      List<String> keys = new ArrayList<>(values.keySet());
      Collections.shuffle(keys, random);
      Map<String, Object> shuffled = new LinkedHashMap<>();
      keys.forEach(key -> shuffled.put(key, values.get(key)));
      String canonical = CanonicalJson.write(Json.tree((Object) values));
      assertThat(CanonicalJson.write(Json.tree((Object) shuffled))).isEqualTo(canonical);
      assertThat(CanonicalJson.write(Json.tree(canonical))).isEqualTo(canonical);
    }
  }
}
