package dev.espalier.registry;

import dev.espalier.platform.Database;
import dev.espalier.platform.EspalierException;
import dev.espalier.registry.RegisteredModel.Version;
import dev.espalier.tracking.wire.Checks;
import java.util.regex.Pattern;

/** Finds registered versions by the ways in which clients name them. Thread-safe. */
final class RegisteredVersions {
  private static final Pattern ALIAS = Pattern.compile("[\\w\\-]+");
  private final ClientModelStore store;

  RegisteredVersions(Database database) {
    this.store = new ClientModelStore(database);
  }

  /** A version by the number a client writes. */
  Version version(String name, String number) {
    return store.require(name, number(number));
  }

  static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException notANumber) {
      throw EspalierException.invalid(
          "Parameter 'version' must be an integer, got '%s'.".formatted(Checks.cut(50, text)));
    }
  }

  static void checkAlias(String alias) {
    if (!ALIAS.matcher(alias).matches()) {
      throw EspalierException.invalid(
          ("Invalid alias name: '%s'. Names may only contain alphanumerics, underscores (_), and"
                  + " dashes (-).")
              .formatted(Checks.cut(200, alias)));
    }
    Checks.length("Registered model alias name", 255, alias);
  }

  /** The version that an alias names; {@code latest} is the newest. */
  Version alias(String name, String alias) {
    checkAlias(alias);
    if (alias.equalsIgnoreCase("latest")) {
      return store
          .newest(name)
          .orElseThrow(() ->
              EspalierException.notFound("Latest version not found for model %s.".formatted(name)));
    }
    return store
        .alias(name, alias)
        .orElseThrow(() ->
            EspalierException.invalid("Registered model alias %s not found.".formatted(alias)));
  }

  /** {@code models:/name/3} or {@code models:/name@alias}. */
  Version named(String source) {
    String rest = source.substring("models:/".length());
    int at = rest.lastIndexOf('@');
    int slash = rest.lastIndexOf('/');
    if (at > slash) {
      return alias(rest.substring(0, at), rest.substring(at + 1));
    }
    if (slash < 1) {
      throw VersionSource.unrelated(source, "model_id");
    }
    return version(rest.substring(0, slash), rest.substring(slash + 1));
  }
}
