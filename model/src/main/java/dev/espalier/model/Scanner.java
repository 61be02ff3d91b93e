package dev.espalier.model;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks for bytes that could run code when loaded (pickles, serialised Java objects, archives), and
 * for ONNX graphs whose tensors lie in other files, which a runtime would read from any path.
 */
final class Scanner {
  /** An entry {@code key: "location"} of a tensor's external data, in protobuf's encoding. */
  private static final byte[] LOCATION = "\n\blocation".getBytes(StandardCharsets.ISO_8859_1);

  private Scanner() {}

  static List<String> findings(String name, byte[] content) {
    List<String> findings = new ArrayList<>();
    if (starts(content, 0xac, 0xed, 0x00, 0x05)) {
      findings.add(name + " is a serialised Java object.");
    }
    if (content.length > 2 && (content[0] & 0xff) == 0x80 && content[1] >= 2 && content[1] <= 5) {
      findings.add(name + " is a Python pickle.");
    }
    if (textPickle(content)) {
      findings.add(name + " is a Python pickle of protocol 0.");
    }
    if (starts(content, 'P', 'K', 3, 4)) {
      findings.add(name + " is an archive; archives can hide pickles.");
    }
    if (name.endsWith(".onnx") && contains(content, LOCATION)) {
      findings.add(
          name
              + " keeps tensors in other files: save it as one file (save_as_external_data=False).");
    }
    return findings;
  }

  private static boolean contains(byte[] content, byte[] wanted) {
    for (int from = 0; from + wanted.length <= content.length; from++) {
      if (content[from] == wanted[0]
          && java.util.Arrays.equals(
              content, from, from + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }

  private static boolean textPickle(byte[] content) {
    int head = Math.min(content.length, 64);
    String text = new String(content, 0, head, StandardCharsets.ISO_8859_1);
    return (text.startsWith("c") || text.startsWith("("))
        && text.contains("\n")
        && content.length > 1
        && content[content.length - 1] == '.'
        && text.matches("(?s)\\(*c[\\w.]+\\n\\w+\\n.*");
  }

  private static boolean starts(byte[] content, int... magic) {
    if (content.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((content[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }
}
