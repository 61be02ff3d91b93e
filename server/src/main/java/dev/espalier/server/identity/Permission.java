package dev.espalier.server.identity;

import dev.espalier.platform.Role;

/** What a route asks of its caller. */
public sealed interface Permission {
  /** Nothing: it says nothing about anybody. */
  record Open() implements Permission {}

  /** A caller who is known, by a token or by being here. */
  record Known() implements Permission {}

  /**
   * A role in the product that the path names; in any product where it names none. A caller without
   * a role in any product counts as a contributor of one that does not exist yet, so that a person
   * can begin.
   */
  record Member(Role least) implements Permission {}
}
