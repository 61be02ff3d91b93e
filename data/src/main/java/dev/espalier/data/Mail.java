package dev.espalier.data;

import java.time.Instant;
import java.util.Optional;

/**
 * A mail as a reader sees it.
 *
 * @param at when it was delivered: the top {@code Received} header, else {@code Date}
 * @param subject decoded, without list tags ({@code [ILUG]}) and reply marks
 * @param body the text parts, HTML turned into text, attachments left out
 */
public record Mail(Optional<Instant> at, String subject, String body) {
  /** Subject and body, as a model reads them. */
  public String text() {
    return (subject + "\n" + body).strip();
  }
}
