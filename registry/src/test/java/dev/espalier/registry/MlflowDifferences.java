package dev.espalier.registry;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where this server answers other than a stock MLflow 3.17 server with SQLite, on purpose. Each row
 * holds what is answered here, so that another answer to the same question is a difference again,
 * and a row that is not needed any more fails the comparison too.
 */
final class MlflowDifferences {
  /** What a caller's mistake is answered. */
  private static final String REFUSED = ".*INVALID_PARAMETER_VALUE.*";

  /** Found, in some order. */
  private static final String FOUND = "\\[[0-9, ]*]";

  private MlflowDifferences() {}

  /**
   * One kind of difference.
   *
   * @param question which answers
   * @param ours what this server answers, all of it
   * @param why the reason
   */
  record Row(Pattern question, Pattern ours, String why) {
    boolean covers(String name, JsonNode answer) {
      return question.matcher(name).matches() && ours.matcher(answer.toString()).matches();
    }
  }

  private static Row row(String question, String ours, String why) {
    return new Row(Pattern.compile(question), Pattern.compile(ours, Pattern.DOTALL), why);
  }

  static final List<Row> ROWS =
      List.of(
          // A name that holds a control character.
          row(
              "log 'tab\\\\tname.bin'",
              "\"HTTPError\"",
              "A stock server drops the tab, so that two files become one; here it is refused."),
          row(
              "awkward files",
              "(?!.*tabname).*A\\.\\.\\.bin.*",
              "The file with the tab is not there."),
          row(
              "awkward files read again",
              "\\[(true,){8}\"MlflowException\"]",
              "The file with the tab is not there."),
          row("a folder read again", "\\[0,8]", "The file with the tab is not there."),
          // Words.
          row(
              "another value of a param in a batch",
              ".*Param with key='fixed' was already logged with value='1'.*",
              "The words of log-parameter, for both: a stock server prints a Python list."),
          row(
              "taken name of a(n experiment| model)",
              ".*RESOURCE_ALREADY_EXISTS.*already exists\\. Choose another name.*",
              "Says what to do; a stock server prints its SQL, or nothing."),
          // A caller's mistake, which a stock server does not see.
          row(
              "experiment with its files at mlflow-artifacts:/a(/\\.\\./b|\\?b=c)",
              REFUSED,
              "It leads above itself, or has parts that no file's address has."),
          row(
              "logged model's (param|tag) key of 251",
              REFUSED,
              "The limit of every key is 250; SQLite does not heed the length of a column."),
          row(
              "metric (step (1\\.5|9223372036854775808)|value True)",
              REFUSED,
              "A step is a whole number of 64 bits and a value is a number: cut off in silence else."),
          row("metric value (\\[1]|\\{})", REFUSED, "A stock server fails with 500."),
          row("logged models with the token 'abc'", REFUSED, "A stock server fails with 500."),
          row(
              "(logged models|registered models|runs|traces), (-1|0|1\\.5|True) a page",
              REFUSED,
              "A page has a whole number of rows, one at least: none would never end."),
          row(
              "run called '(\\.\\./x|a b|x{300})'",
              REFUSED,
              "No id of a run has that form; a stock server looks for it and answers 404."),
          row(
              "runs where params\\.( = 'y'|'x' = 'y'|width = '8' AND)",
              REFUSED,
              "Half a clause: a stock server drops the rest, or looks for a key without a name."),
          // What the search language says, and a stock server fails on.
          row(
              "(registered models|versions) where \\S+ IS( NOT)? NULL",
              REFUSED,
              "Neither server has it; a stock server fails with 500."),
          row(
              "logged models where last_updated_time (!=|<=?|=|>=?) 1",
              FOUND,
              "A stock server knows the name and fails on it."),
          row(
              "logged models where last_updated_time (I?LIKE 1|(NOT )?IN \\('1'\\))",
              REFUSED,
              "Not for numbers; a stock server fails with 500."),
          row(
              "logged models with a metric on .*",
              FOUND,
              "The digest of a dataset is optional; a stock server compares one left out with NULL"
                  + " and finds nothing."),
          row(
              "registered models in the order \\['creation_timestamp DESC', 'name']",
              "3",
              "MLflow's messages list the key and its SQL store refuses it."),
          row("runs where params\\.width <> '8'", FOUND, "Another way to write !=."),
          row(
              "traces in the order \\['client_request_id DESC']",
              FOUND,
              "An attribute as the others are."),
          row(
              "traces where (expectation|feedback)\\.\\w+ I?LIKE '\\w+'",
              FOUND,
              "Compares the text; a stock server compares its JSON, with the quotes around it."),
          row(
              "traces where trace\\.name (NOT )?IN \\('answer', 'look up'\\)",
              FOUND,
              "As for the other texts of a trace."));
}
