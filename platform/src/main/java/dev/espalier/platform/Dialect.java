package dev.espalier.platform;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/**
 * The few things that SQLite and PostgreSQL say differently. Stores write the SQL that both accept;
 * where there is none they write one of these words, and {@link #sql} puts in what the database at
 * hand understands:
 *
 * <ul>
 *   <li><code>x {among}</code>: x is one of many numbers, bound as one text of {@link #numbers}.
 *   <li><code>a {then join} b ON …</code>: a join that SQLite must not turn around; PostgreSQL
 *       chooses by its own statistics.
 *   <li><code>x {like} ?</code>: a LIKE that heeds case, bound as {@link #likePattern}; <code>
 *       x {ilike} ?</code> ignores the case of ASCII letters, bound as {@link #ilikePattern}.
 *   <li><code>x {rlike} ?</code>: a regular expression found anywhere in x, bound as {@link
 *       #pattern} allows.
 *   <li><code>{position}(x, ?)</code>: where a text begins in x, from 1; 0 for nowhere.
 * </ul>
 *
 * <p>Migrations are written once: SQLite takes them as they stand, {@link #ddl} turns their types
 * into PostgreSQL's. Texts there are compared byte by byte ({@code COLLATE "C"}) as SQLite does it,
 * and as little bounded in length.
 */
public enum Dialect {
  SQLITE,
  POSTGRESQL;

  private static final java.util.regex.Pattern COMMENT =
      java.util.regex.Pattern.compile("(?m)--.*$");
  private static final java.util.regex.Pattern COUNTED =
      java.util.regex.Pattern.compile("\\binteger PRIMARY KEY");
  private static final java.util.regex.Pattern TEXT =
      java.util.regex.Pattern.compile("(?<=\\w )(varchar\\(\\d+\\)|text)(?=[ ,\\n])");
  private static final java.util.regex.Pattern BYTES =
      java.util.regex.Pattern.compile("(?<=\\w )blob\\b");
  private static final Map<String, String> SQLITE_WORDS =
      Map.of(
          "{among}", "IN (SELECT value FROM json_each(?))",
          "{then join}", "CROSS JOIN",
          "{like}", "GLOB",
          "{ilike}", "LIKE",
          "{rlike}", "REGEXP",
          "{position}", "instr");
  private static final Map<String, String> POSTGRESQL_WORDS =
      Map.of(
          "{among}", "= ANY (CAST(? AS bigint[]))",
          "{then join}", "JOIN",
          "{like}", "LIKE",
          "{ilike}", "ILIKE",
          "{rlike}", "~",
          "{position}", "strpos");

  /** The dialect of the database behind a handle. */
  public static Dialect of(Handle handle) {
    try {
      return handle.getConnection().getMetaData().getDatabaseProductName().equals("PostgreSQL")
          ? POSTGRESQL
          : SQLITE;
    } catch (SQLException failure) {
      throw new UnableToExecuteStatementException(failure, null);
    }
  }

  /** The text with its words in braces replaced. */
  public String sql(String text) {
    String sql = text;
    for (Map.Entry<String, String> word :
        (this == SQLITE ? SQLITE_WORDS : POSTGRESQL_WORDS).entrySet()) {
      sql = sql.replace(word.getKey(), word.getValue());
    }
    return sql;
  }

  /** Numbers as the one text that <code>{among}</code> takes. */
  public String numbers(Collection<Long> numbers) {
    String list = numbers.stream().map(Object::toString).collect(Collectors.joining(","));
    return this == SQLITE ? "[" + list + "]" : "{" + list + "}";
  }

  /** A LIKE pattern, {@code %} and {@code _} with no escapes, as <code>{like}</code> takes it. */
  public String likePattern(String like) {
    return this == SQLITE ? glob(like) : like.replace("\\", "\\\\");
  }

  /** The same for <code>{ilike}</code>. */
  public String ilikePattern(String like) {
    return this == SQLITE ? like : like.replace("\\", "\\\\");
  }

  /**
   * Refuses what is no regular expression, before a statement is asked with it.
   *
   * @throws EspalierException INVALID, saying what is wrong with it
   */
  public static void requirePattern(String expression) {
    pattern(expression);
  }

  /** A regular expression that both databases match in a time that grows with the text only. */
  static Pattern pattern(String expression) {
    try {
      return Pattern.compile(expression, Pattern.DOTALL);
    } catch (PatternSyntaxException malformed) {
      throw EspalierException.invalid(
          "'%s' is no regular expression: %s.".formatted(expression, malformed.getDescription()));
    }
  }

  /** LIKE of SQLite ignores the case of ASCII letters; GLOB heeds it. */
  private static String glob(String like) {
    StringBuilder glob = new StringBuilder();
    for (int i = 0; i < like.length(); i++) {
      char c = like.charAt(i);
      switch (c) {
        case '%' -> glob.append('*');
        case '_' -> glob.append('?');
        case '*', '?', '[' -> glob.append('[').append(c).append(']');
        default -> glob.append(c);
      }
    }
    return glob.toString();
  }

  /** A migration as this database takes it. */
  String ddl(String script) {
    if (this == SQLITE) {
      return script;
    }
    String types = COMMENT.matcher(script).replaceAll("");
    types =
        COUNTED.matcher(types).replaceAll("bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY");
    types = TEXT.matcher(types).replaceAll("text COLLATE \"C\"");
    return BYTES.matcher(types).replaceAll("bytea");
  }
}
