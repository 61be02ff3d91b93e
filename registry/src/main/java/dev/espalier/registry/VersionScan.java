package dev.espalier.registry;

import dev.espalier.artifacts.ArtifactEntry;
import dev.espalier.artifacts.ArtifactPath;
import dev.espalier.artifacts.ArtifactTree;
import dev.espalier.platform.Digest;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a client's model is made of, found without running any of it: files that unpickling would
 * execute, by name and by their first bytes, and the text of the signature in {@code MLmodel}.
 *
 * @param pickles paths below the model's folder; such files are stored and flagged, never loaded
 * @param signature digest of the signature; empty without one
 */
record VersionScan(List<String> pickles, String signature) {
  private static final int MAX_FILES = 2_000;
  private static final int MAX_MLMODEL = 4 << 20;
  private static final Pattern PICKLE =
      Pattern.compile("(?i).*\\.(pkl|pickle|joblib|dill|cloudpickle|pt|pth|npy)");

  VersionScan {
    pickles = List.copyOf(pickles);
  }

  static VersionScan of(ArtifactTree tree, ArtifactPath root) {
    List<String> pickles = new ArrayList<>();
    String signature = "";
    Deque<ArtifactPath> folders = new ArrayDeque<>(List.of(root));
    int seen = 0;
    while (!folders.isEmpty() && seen < MAX_FILES) {
      for (ArtifactEntry entry : tree.list(folders.pop(), "", MAX_FILES - seen)) {
        seen++;
        if (entry.folder()) {
          folders.push(entry.path());
        } else if (entry.path().parent().equals(root) && entry.path().name().equals("MLmodel")) {
          signature = signature(new String(head(tree, entry, MAX_MLMODEL), StandardCharsets.UTF_8));
        } else if (PICKLE.matcher(entry.path().name()).matches() || pickled(tree, entry)) {
          pickles.add(entry.path().text().substring(root.text().length() + 1));
        }
      }
    }
    return new VersionScan(pickles, signature);
  }

  /** Pickle protocols 2 to 5 begin with the opcode PROTO and their number. */
  private static boolean pickled(ArtifactTree tree, ArtifactEntry file) {
    byte[] head = head(tree, file, 2);
    return head.length == 2 && head[0] == (byte) 0x80 && head[1] >= 2 && head[1] <= 5;
  }

  private static byte[] head(ArtifactTree tree, ArtifactEntry file, int most) {
    try (InputStream in = tree.open(file)) {
      return in.readNBytes(most);
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot read artifact '%s'.".formatted(file.path()), failure);
    }
  }

  /** The block of lines below {@code signature:}, whose text changes when the contract does. */
  static String signature(String mlmodel) {
    StringBuilder block = new StringBuilder();
    boolean inside = false;
    for (String line : mlmodel.lines().toList()) {
      if (line.startsWith("signature:")) {
        inside = true;
      } else if (inside && !line.startsWith(" ")) {
        break;
      }
      if (inside) {
        block.append(line).append('\n');
      }
    }
    return block.isEmpty() ? "" : Digest.of(block.toString()).text();
  }
}
