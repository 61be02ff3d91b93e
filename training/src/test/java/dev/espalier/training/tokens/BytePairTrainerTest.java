package dev.espalier.training.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.espalier.platform.EspalierException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class BytePairTrainerTest {
  private static final List<String> TEXTS =
      List.of("low low low low low", "lower lower", "newest newest newest", "widest widest");

  @Test
  void merges_the_most_frequent_pair_first() {
    // Counted by hand: "lo" and "ow" 7 times each (the tie goes to the smaller), then "low".
    TokenizerFile file = BytePairTrainer.train(TEXTS, 7 + 256 + 2);

    assertThat(file.merges().getFirst()).isEqualTo(new TokenizerFile.Merge("l", "o"));
    assertThat(file.merges().get(1)).isEqualTo(new TokenizerFile.Merge("lo", "w"));
    assertThat(file.size()).isEqualTo(265);
  }

  @Test
  void keeps_overlapping_pairs_counted_correctly() {
    TokenizerFile file = BytePairTrainer.train(List.of("aaaa aaaa aaaaa"), 7 + 256 + 3);

    assertThat(file.merges().getFirst()).isEqualTo(new TokenizerFile.Merge("a", "a"));
    assertThat(file.merges().get(1)).isEqualTo(new TokenizerFile.Merge("aa", "aa"));
  }

  @Test
  void stops_when_nothing_repeats() {
    assertThat(BytePairTrainer.train(List.of("abc"), 4_000).merges()).isEmpty();
  }

  @Test
  void gives_the_same_file_for_the_same_texts() {
    assertThat(BytePairTrainer.train(TEXTS, 300).bytes())
        .isEqualTo(BytePairTrainer.train(TEXTS, 300).bytes());
  }

  @Test
  void refuses_a_vocabulary_without_room_for_the_bytes() {
    assertThatThrownBy(() -> BytePairTrainer.train(TEXTS, 262))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("at least 263");
  }

  @Test
  void frames_a_text_and_never_yields_an_unknown_token() throws IOException {
    try (HuggingFaceTokenizer tokenizer = tokenizer()) {
      long[] ids = tokenizer.encode("lower \u2603").getIds();

      assertThat(ids[0]).isEqualTo(TokenizerFile.SPECIAL.indexOf("[CLS]"));
      assertThat(ids[ids.length - 1]).isEqualTo(TokenizerFile.SPECIAL.indexOf("[SEP]"));
      assertThat(ids).doesNotContain(TokenizerFile.SPECIAL.indexOf("[UNK]"));
    }
  }

  @Test
  void decodes_what_it_encoded_on_all_unicode_planes() throws IOException {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    try (HuggingFaceTokenizer tokenizer = tokenizer()) {
      for (int round = 0; round < 200; round++) {
        String text = randomText(random);
        assertThat(tokenizer.decode(tokenizer.encode(text).getIds(), true)).isEqualTo(text);
      }
    }
  }

  private static String randomText(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i >= 0; i--) {
      int plane = random.nextInt(4) == 0 ? Character.MAX_CODE_POINT : 0x250;
      int point = random.nextInt(1, plane);
      if (Character.isDefined(point) && (point < 0xD800 || point > 0xDFFF)) {
        text.appendCodePoint(point);
      }
    }
    return text.toString();
  }

  private static HuggingFaceTokenizer tokenizer() throws IOException {
    byte[] file = BytePairTrainer.train(TEXTS, 300).bytes();
    return HuggingFaceTokenizer.newInstance(
        new ByteArrayInputStream(file),
        Map.of("padding", "false", "truncation", "true", "maxLength", "128"));
  }
}
