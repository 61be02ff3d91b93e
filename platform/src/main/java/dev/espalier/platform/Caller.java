package dev.espalier.platform;

/**
 * Who asks. Handed explicitly from the route to whatever acts, so that a record can say who did it.
 *
 * @param user the member that the token names, or {@link #LOCAL}
 */
public record Caller(String user, Via via) {
  /** The user of whoever sits at this machine and shows no token. */
  public static final String LOCAL = "local";

  /** How the caller is known. */
  public enum Via {
    /** By being on this machine: it stands for the owner of whatever product it acts on. */
    LOOPBACK,
    /** By a token that names a person. */
    TOKEN
  }

  /** Whoever sits at this machine. */
  public static Caller local() {
    return new Caller(LOCAL, Via.LOOPBACK);
  }

  /** The person that a token names. */
  public static Caller named(String user) {
    return new Caller(user, Via.TOKEN);
  }

  /** True when the caller is a person with a name of their own, who can sign. */
  public boolean isNamed() {
    return via == Via.TOKEN;
  }

  /** The name under which the caller acts on something that {@code owner} owns. */
  public String as(String owner) {
    return isNamed() ? user : owner;
  }
}
