package dev.espalier.canvas;

import dev.espalier.platform.Caller;
import dev.espalier.platform.Database;
import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import dev.espalier.platform.Events;
import dev.espalier.platform.Ids;
import dev.espalier.platform.ProductClocks;
import dev.espalier.platform.Role;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What members say about the questions of a canvas. A comment is text and nothing else: it changes
 * no answer and no state. Thread-safe: limits are counted inside the write that adds.
 */
public final class Comments {
  /** Characters of one comment. */
  static final int MAX_TEXT = 4_000;

  /** Comments of one question, and of one product. */
  static final int MAX_OF_QUESTION = 200;

  static final int MAX_OF_PRODUCT = 5_000;

  private static final Logger LOG = LoggerFactory.getLogger(Comments.class);
  private final Canvases canvases;
  private final Database database;
  private final CommentStore store;
  private final ProductClocks clocks;
  private final Events events;
  private final Ids ids;

  Comments(Canvases canvases, Database database, ProductClocks clocks, Events events, Ids ids) {
    this.canvases = canvases;
    this.database = database;
    this.store = new CommentStore(database);
    this.clocks = clocks;
    this.events = events;
    this.ids = ids;
  }

  /** Every comment of a product, oldest first. */
  public List<Comment> of(String product) {
    canvases.current(product);
    return store.all(product);
  }

  /**
   * Says something about a question.
   *
   * @throws EspalierException INVALID for an unknown question or a text that is empty or too long,
   *     LIMIT where the question or the product has too many
   */
  public Comment add(String product, String question, String text, Caller caller) {
    Readings.Read now = canvases.current(product);
    if (!Questions.BY_KEY.containsKey(question)) {
      List<String> known = List.copyOf(Questions.BY_KEY.keySet());
      throw EspalierException.invalidField(
          "question",
          "known question",
          "question: no question is called '%s'.".formatted(DocumentReader.brief(question)),
          Optional.of(Nearest.of(question, known)));
    }
    String said = text.strip();
    if (said.isEmpty() || said.length() > MAX_TEXT) {
      throw EspalierException.invalidField(
          "text",
          "1 to %d characters".formatted(MAX_TEXT),
          "text: a comment has 1 to %d characters, this one has %d."
              .formatted(MAX_TEXT, said.length()),
          Optional.empty());
    }
    Comment comment =
        new Comment(
            ids.next("comment"),
            question,
            now.document().version(),
            by(now, caller),
            clocks.now(product),
            said,
            Optional.empty());
    database.write(_ -> {
      roomFor(product, question);
      store.add(product, comment);
      events.publish(product, "comment.added", new Changed(comment.id(), question, comment.by()));
      return comment;
    });
    LOG.info("canvas {} {} commented on by {}: {}", product, question, comment.by(), comment.id());
    return comment;
  }

  private void roomFor(String product, String question) {
    List<Comment> all = store.all(product);
    long same = all.stream().filter(each -> each.question().equals(question)).count();
    if (same >= MAX_OF_QUESTION || all.size() >= MAX_OF_PRODUCT) {
      throw EspalierException.limit(
          "A question takes %d comments and a product %d; %s has %d of %d. Write it into the answer's why instead."
              .formatted(MAX_OF_QUESTION, MAX_OF_PRODUCT, question, same, all.size()));
    }
  }

  /**
   * Says that a comment is dealt with; twice is once.
   *
   * @throws EspalierException NOT_FOUND, or DENIED for another than its author and who may approve
   */
  public Comment settle(String product, String id, Caller caller) {
    Readings.Read now = canvases.current(product);
    Comment comment =
        store
            .find(product, id)
            .orElseThrow(() ->
                EspalierException.notFound(
                    "No comment %s on '%s'.".formatted(DocumentReader.brief(id), product)));
    String by = by(now, caller);
    boolean approves =
        canvases.role(product, by).filter(role -> role.atLeast(Role.APPROVER)).isPresent();
    if (!by.equals(comment.by()) && !approves) {
      throw new EspalierException(
          ErrorCode.DENIED,
          "Comment %s is settled by %s, who made it, or by an approver; %s is neither."
              .formatted(id, comment.by(), by));
    }
    database.write(_ -> {
      if (store.settle(product, id, by)) {
        events.publish(product, "comment.settled", new Changed(id, comment.question(), by));
      }
      return id;
    });
    return store.find(product, id).orElseThrow();
  }

  private static String by(Readings.Read now, Caller caller) {
    return caller.as(now.answers().owner());
  }

  private record Changed(String id, String question, String by) {}
}
