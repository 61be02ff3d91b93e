package dev.espalier.registry;

import dev.espalier.platform.EspalierException;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The one way in which an alias moves, whoever asks: inside the caller's transaction, with the row
 * that says who moved it from where to where. Stateless.
 */
final class AliasStore {
  private AliasStore() {}

  /** What an alias names: MLflow's number and the SemVer. */
  record Named(int number, String version) {}

  static Optional<Named> current(Handle handle, String model, String alias) {
    return handle
        .createQuery(
            """
            SELECT v.number, v.version FROM registered_alias a
            JOIN registered_version v ON v.model = a.model AND v.number = a.number
            WHERE a.model = :model AND a.alias = :alias
            """)
        .bind("model", model)
        .bind("alias", alias)
        .map((row, _) -> new Named(row.getInt("number"), row.getString("version")))
        .findOne();
  }

  /**
   * Moves the alias from what {@code move} says it names; nothing is written when it names the
   * target already.
   *
   * @return whether it moved
   * @throws EspalierException CONFLICT when it names something else
   */
  static boolean move(Handle handle, AliasMove move, int number) {
    Optional<Named> current = current(handle, move.product(), move.alias());
    if (!current.map(Named::version).equals(move.from())) {
      throw EspalierException.conflict(
          "Alias '%s' names %s, not %s: look again."
              .formatted(
                  move.alias(),
                  current.map(Named::version).orElse("nothing"),
                  move.from().orElse("nothing")));
    }
    if (current.filter(named -> named.number() == number).isPresent()) {
      return false;
    }
    handle.execute(
        """
        INSERT INTO registered_alias (model, alias, number) VALUES (?, ?, ?)
        ON CONFLICT (model, alias) DO UPDATE SET number = excluded.number
        """,
        move.product(),
        move.alias(),
        number);
    keep(handle, move);
    return true;
  }

  /** Takes an alias away; {@code move} leads to nothing. */
  static void remove(Handle handle, AliasMove move) {
    handle.execute(
        "DELETE FROM registered_alias WHERE model = ? AND alias = ?", move.product(), move.alias());
    keep(handle, move);
  }

  private static void keep(Handle handle, AliasMove move) {
    handle
        .createUpdate(
            """
            INSERT INTO alias_move (product, alias, from_version, to_version, moved_by, why, at)
            VALUES (:product, :alias, :from, :to, :by, :why, :at)
            """)
        .bind("product", move.product())
        .bind("alias", move.alias())
        .bind("from", move.from().orElse(null))
        .bind("to", move.to())
        .bind("by", move.by())
        .bind("why", move.why())
        .bind("at", move.at().toString())
        .execute();
  }
}
