package dev.espalier.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.apache.james.mime4j.dom.Body;
import org.apache.james.mime4j.dom.Entity;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.SingleBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.util.ByteSequence;
import org.jsoup.Jsoup;

/**
 * Raw bytes to a {@link Mail}. Never throws: what cannot be read is a value with its reason.
 *
 * <p>Forgiving where mail is wild: character sets that are unknown or do not fit the bytes are read
 * as ISO-8859-1, broken headers skipped, truncated parts kept as far as they go. Stateless and
 * thread-safe.
 */
public final class MailParser {
  /** What became of the bytes. */
  public sealed interface Parsed {
    record Letter(Mail mail) implements Parsed {}

    record Unreadable(String reason) implements Parsed {}
  }

  static final int MAX_BYTES = 16 << 20;
  private static final int MAX_DEPTH = 20;
  private static final int MAX_TEXT = 200_000;
  private static final Pattern TAG = Pattern.compile("\\[[^\\]\\n]{1,40}\\]");
  private static final Pattern REPLY = Pattern.compile("(?i)^\\s*((re|fwd?|aw)\\s*:\\s*)+");
  private static final Pattern BLANKS = Pattern.compile("[ \\t\\u00a0]+");
  private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}&&[^\\t\\n]]");
  private static final MimeConfig CONFIG =
      MimeConfig.custom()
          .setStrictParsing(false)
          .setMaxLineLen(-1)
          .setMaxHeaderLen(-1)
          .setMaxHeaderCount(-1)
          .setMaxContentLen(MAX_BYTES)
          .build();

  private MailParser() {}

  public static Parsed parse(byte[] raw) {
    if (raw.length > MAX_BYTES) {
      return new Parsed.Unreadable("longer than %d bytes".formatted(MAX_BYTES));
    }
    DefaultMessageBuilder builder = new DefaultMessageBuilder();
    builder.setMimeEntityConfig(CONFIG);
    builder.setDecodeMonitor(DecodeMonitor.SILENT);
    try {
      Message message = builder.parseMessage(new ByteArrayInputStream(withoutEnvelope(raw)));
      try {
        return read(message);
      } finally {
        message.dispose();
      }
    } catch (IOException | RuntimeException | StackOverflowError broken) {
      return new Parsed.Unreadable("not readable as mail: " + broken.getClass().getSimpleName());
    }
  }

  private static Parsed read(Message message) throws IOException {
    if (message.getHeader() == null || message.getHeader().getFields().isEmpty()) {
      return new Parsed.Unreadable("no headers");
    }
    StringBuilder text = new StringBuilder();
    append(text, message, 0);
    String subject = cleanSubject(header(message, "Subject").orElse(""));
    Mail mail = new Mail(delivered(message), subject, clean(text.toString()));
    return mail.text().isBlank()
        ? new Parsed.Unreadable("no text: only attachments, or nothing")
        : new Parsed.Letter(mail);
  }

  /** Drops the mbox line {@code From someone …} that archives put in front. */
  private static byte[] withoutEnvelope(byte[] raw) {
    if (raw.length < 5 || !new String(raw, 0, 5, StandardCharsets.US_ASCII).equals("From ")) {
      return raw;
    }
    int end = 0;
    while (end < raw.length && raw[end] != '\n') {
      end++;
    }
    return Arrays.copyOfRange(raw, Math.min(end + 1, raw.length), raw.length);
  }

  private static Optional<Instant> delivered(Message message) {
    return message.getHeader().getFields("Received").stream()
        .findFirst()
        .map(Field::getBody)
        .flatMap(received ->
            received == null
                ? Optional.empty()
                : MailDate.parse(received.substring(received.lastIndexOf(';') + 1)))
        .or(() ->
            message.getHeader().getFields("Date").stream()
                .map(Field::getBody)
                .flatMap(date ->
                    date == null ? java.util.stream.Stream.empty() : MailDate.parse(date).stream())
                .findFirst());
  }

  /** A header's value with its encoded words decoded; raw bytes as the body's would be. */
  private static Optional<String> header(Message message, String name) {
    Field field = message.getHeader().getField(name);
    if (field == null) {
      return Optional.empty();
    }
    ByteSequence raw = field.getRaw();
    String value =
        raw == null
            ? Objects.requireNonNullElse(field.getBody(), "")
            : unfolded(decoded(raw.toByteArray(), StandardCharsets.UTF_8));
    return Optional.of(DecoderUtil.decodeEncodedWords(value, DecodeMonitor.SILENT));
  }

  private static String unfolded(String line) {
    return line.substring(line.indexOf(':') + 1).replaceAll("\\r?\\n", "").strip();
  }

  private static void append(StringBuilder text, Entity entity, int depth) throws IOException {
    Body body = entity.getBody();
    if (depth > MAX_DEPTH || text.length() > MAX_TEXT || body == null) {
      return;
    }
    if (body instanceof Multipart multipart) {
      boolean alternative = "multipart/alternative".equals(type(entity));
      Optional<Entity> plain =
          multipart.getBodyParts().stream()
              .filter(part -> alternative && "text/plain".equals(type(part)))
              .findFirst();
      for (Entity part : multipart.getBodyParts()) {
        // Of alternatives that say the same, the plain one is enough.
        if (plain.isEmpty() || plain.get().equals(part)) {
          append(text, part, depth + 1);
        }
      }
    } else if (body instanceof Message inner) {
      append(text, inner, depth + 1);
    } else if (body instanceof SingleBody single && isShown(entity)) {
      String content = decoded(single, entity.getCharset());
      text.append("text/html".equals(type(entity)) ? Jsoup.parse(content).text() : content);
      text.append('\n');
    }
  }

  private static boolean isShown(Entity entity) {
    return type(entity).startsWith("text/")
        && !"attachment".equalsIgnoreCase(entity.getDispositionType());
  }

  private static String type(Entity entity) {
    String type = entity.getMimeType();
    return type == null ? "text/plain" : type.toLowerCase(Locale.ROOT);
  }

  private static String decoded(SingleBody body, @org.jspecify.annotations.Nullable String charset)
      throws IOException {
    try (InputStream in = body.getInputStream()) {
      return decoded(in.readNBytes(4 * MAX_TEXT), known(charset));
    }
  }

  private static String decoded(byte[] bytes, Charset declared) {
    try {
      return declared.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException otherThanDeclared) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  private static Charset known(@org.jspecify.annotations.Nullable String name) {
    try {
      if (name != null && !name.equalsIgnoreCase("us-ascii")) {
        return Charset.forName(name);
      }
    } catch (IllegalArgumentException unknown) {
      // The corpus' most common one, and it can read any byte.
    }
    return StandardCharsets.ISO_8859_1;
  }

  private static String cleanSubject(String subject) {
    String untagged = TAG.matcher(subject).replaceAll(" ");
    String own = REPLY.matcher(CONTROLS.matcher(untagged).replaceAll(" ")).replaceFirst("");
    return BLANKS.matcher(own).replaceAll(" ").strip();
  }

  private static String clean(String body) {
    String text = BLANKS.matcher(CONTROLS.matcher(body).replaceAll("")).replaceAll(" ");
    return text.length() <= MAX_TEXT ? text.strip() : text.substring(0, MAX_TEXT).strip();
  }
}
