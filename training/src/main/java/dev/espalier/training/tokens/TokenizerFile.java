package dev.espalier.training.tokens;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.platform.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A trained byte-level BPE tokenizer, written in the interchange format {@code tokenizer.json}.
 * Texts become {@code [CLS] … [SEP]}; the special tokens have the fixed ids 0–6.
 *
 * @param symbols the learned symbols, in the order of their ids from 7 on
 * @param merges the merges, in order of rank
 */
public record TokenizerFile(List<String> symbols, List<Merge> merges) {
  /** The special tokens, in the order of their ids. */
  public static final List<String> SPECIAL =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[BOS]", "[EOS]");

  /** Two symbols that become one. */
  public record Merge(String left, String right) {}

  public TokenizerFile {
    symbols = List.copyOf(symbols);
    merges = List.copyOf(merges);
  }

  /** Number of token ids. */
  public int size() {
    return SPECIAL.size() + symbols.size();
  }

  /** The file's bytes; equal tokenizers give equal bytes. */
  public byte[] bytes() {
    ObjectNode file = Json.mapper().createObjectNode();
    file.put("version", "1.0");
    file.putNull("truncation").putNull("padding");
    ArrayNode added = file.putArray("added_tokens");
    for (int id = 0; id < SPECIAL.size(); id++) {
      added
          .addObject()
          .put("id", id)
          .put("content", SPECIAL.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    file.putNull("normalizer");
    byteLevel(file.putObject("pre_tokenizer")).put("use_regex", true);
    frame(file.putObject("post_processor"));
    byteLevel(file.putObject("decoder"));
    model(file.putObject("model"));
    return file.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode byteLevel(ObjectNode node) {
    return node.put("type", "ByteLevel").put("add_prefix_space", false).put("trim_offsets", true);
  }

  private static void frame(ObjectNode node) {
    node.put("type", "TemplateProcessing");
    ArrayNode single = node.putArray("single");
    special(single, "[CLS]");
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    special(single, "[SEP]");
    ArrayNode pair = node.putArray("pair");
    pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
    ObjectNode tokens = node.putObject("special_tokens");
    for (String token : List.of("[CLS]", "[SEP]")) {
      ObjectNode entry = tokens.putObject(token).put("id", token);
      entry.putArray("ids").add(SPECIAL.indexOf(token));
      entry.putArray("tokens").add(token);
    }
  }

  private static void special(ArrayNode template, String token) {
    template.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
  }

  private void model(ObjectNode node) {
    node.put("type", "BPE").putNull("dropout").putNull("unk_token");
    node.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    node.put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = node.putObject("vocab");
    for (int id = 0; id < SPECIAL.size(); id++) {
      vocabulary.put(SPECIAL.get(id), id);
    }
    for (int i = 0; i < symbols.size(); i++) {
      vocabulary.put(symbols.get(i), SPECIAL.size() + i);
    }
    ArrayNode ranked = node.putArray("merges");
    for (Merge merge : merges) {
      ranked.addArray().add(merge.left()).add(merge.right());
    }
  }
}
