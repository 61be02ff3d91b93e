package dev.espalier.tracking;

/** Which lifecycle stages a search looks at. */
public enum ViewType {
  ACTIVE_ONLY,
  DELETED_ONLY,
  ALL
}
