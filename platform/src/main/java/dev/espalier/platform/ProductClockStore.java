package dev.espalier.platform;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** The clocks' table. */
final class ProductClockStore {
  private final Database database;

  ProductClockStore(Database database) {
    this.database = database;
    database.migrate("platform");
  }

  Map<String, ProductClocks.State> all() {
    return database.read(handle -> {
      Map<String, ProductClocks.State> states = new HashMap<>();
      handle
          .createQuery("SELECT product, mode, at, ended FROM product_clock")
          .map((row, context) ->
              Map.entry(
                  row.getString("product"),
                  new ProductClocks.State(
                      ProductClocks.Mode.valueOf(row.getString("mode")),
                      Instant.parse(row.getString("at")),
                      row.getInt("ended") == 1)))
          .forEach(entry -> states.put(entry.getKey(), entry.getValue()));
      return states;
    });
  }

  void save(String product, ProductClocks.State state) {
    database.write(handle ->
        handle
            .createUpdate(
                """
                INSERT INTO product_clock (product, mode, at, ended)
                VALUES (:product, :mode, :at, :ended)
                ON CONFLICT (product) DO UPDATE
                SET mode = excluded.mode, at = excluded.at, ended = excluded.ended
                """)
            .bind("product", product)
            .bind("mode", state.mode().name())
            .bind("at", state.now().toString())
            .bind("ended", state.ended() ? 1 : 0)
            .execute());
  }
}
