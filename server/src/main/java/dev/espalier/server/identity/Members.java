package dev.espalier.server.identity;

import dev.espalier.platform.Role;
import java.util.List;
import java.util.Optional;

/** Who belongs to which product. Read at every request: it answers from memory. */
public interface Members {
  /** The role that the product's active canvas gives a user. */
  Optional<Role> role(String product, String user);

  /** Every product that has a canvas. */
  List<String> products();
}
