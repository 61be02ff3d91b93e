package dev.espalier.tracking;

import java.util.Locale;

/** Whether an experiment or a run is in use, or deleted and restorable. */
public enum LifecycleStage {
  ACTIVE,
  DELETED;

  /** As MLflow and the tables write it. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static LifecycleStage of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
