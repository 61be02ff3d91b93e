package dev.espalier.data;

import dev.espalier.platform.ErrorCode;
import dev.espalier.platform.EspalierException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Reads the SpamAssassin corpus out of its npm tarball, as a stream: nothing is unpacked. The
 * file's integrity is verified before a byte of it is interpreted.
 */
public final class MailCorpus {
  private static final Pattern MAIL =
      Pattern.compile("package/data/((?:easy|hard)-ham-\\d|spam-\\d)/([0-9a-z.]{1,80})\\.txt");
  private static final int MAX_ENTRIES = 50_000;
  private static final long MAX_UNPACKED = 512L << 20;

  /**
   * What was read. Rows are in delivery order; {@code id} is {@code group/file}, {@code label} is
   * {@code spam} or {@code ham}, {@code group} an attribute.
   *
   * @param rejected {@code group/file: reason} of each mail that could not be read or dated
   */
  public record Reading(List<Row> rows, List<String> rejected) {
    public Reading {
      rows = List.copyOf(rows);
      rejected = List.copyOf(rejected);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record RawMail(String group, String file, byte[] content) {}

  private record Outcome(Optional<Row> row, String rejected) {}

  private MailCorpus() {}

  /** Reads the pinned package {@link CorpusPackage#SPAM_ASSASSIN}. */
  public static Reading read(Path tarball) {
    return read(tarball, CorpusPackage.SPAM_ASSASSIN);
  }

  /**
   * Reads a tarball of the same layout.
   *
   * @throws EspalierException INVALID when the integrity differs or the archive is damaged;
   *     UNAVAILABLE when the file cannot be read
   */
  public static Reading read(Path tarball, CorpusPackage expected) {
    verify(tarball, expected);
    List<Outcome> outcomes = unpacked(tarball).parallelStream().map(MailCorpus::outcome).toList();
    List<Row> rows = new ArrayList<>();
    List<String> rejected = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      outcome.row().ifPresentOrElse(rows::add, () -> rejected.add(outcome.rejected()));
    }
    rows.sort(MergedRows.ORDER);
    return new Reading(rows, rejected);
  }

  private static void verify(Path tarball, CorpusPackage expected) {
    try (InputStream in = Files.newInputStream(tarball)) {
      MessageDigest hash = MessageDigest.getInstance("SHA-512");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        hash.update(buffer, 0, n);
      }
      String found = "sha512-" + Base64.getEncoder().encodeToString(hash.digest());
      if (!found.equals(expected.integrity())) {
        throw EspalierException.invalid(
            "%s is not %s %s: its integrity is %s…, expected %s…. Delete it and fetch it again."
                .formatted(
                    tarball.getFileName(),
                    expected.name(),
                    expected.version(),
                    found.substring(0, 23),
                    expected
                        .integrity()
                        .substring(0, Math.min(23, expected.integrity().length()))));
      }
    } catch (IOException failure) {
      throw new EspalierException(
          ErrorCode.UNAVAILABLE, "Cannot read the corpus " + tarball.getFileName(), failure);
    } catch (NoSuchAlgorithmException impossible) {
      throw new EspalierException(ErrorCode.INTERNAL, "This Java has no SHA-512", impossible);
    }
  }

  private static List<RawMail> unpacked(Path tarball) {
    List<RawMail> mails = new ArrayList<>();
    long unpacked = 0;
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new GZIPInputStream(new BufferedInputStream(Files.newInputStream(tarball))))) {
      int entries = 0;
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpacked += entry.getSize();
        if (++entries > MAX_ENTRIES || unpacked > MAX_UNPACKED) {
          throw EspalierException.limit("The corpus archive is larger than it may be.");
        }
        Matcher name = MAIL.matcher(entry.getName());
        if (entry.isFile() && name.matches()) {
          byte[] content = tar.readNBytes(MailParser.MAX_BYTES + 1);
          mails.add(new RawMail(name.group(1), name.group(2), content));
        }
      }
    } catch (IOException damaged) {
      throw new EspalierException(
          ErrorCode.INVALID, "The corpus archive is damaged: " + damaged.getMessage(), damaged);
    }
    return mails;
  }

  private static Outcome outcome(RawMail raw) {
    String id = raw.group() + "/" + raw.file();
    return switch (MailParser.parse(raw.content())) {
      case MailParser.Parsed.Unreadable(String reason) ->
          new Outcome(Optional.empty(), id + ": " + reason);
      case MailParser.Parsed.Letter(Mail mail) ->
          new Outcome(
              mail.at()
                  .map(at ->
                      new Row(
                          id,
                          at,
                          mail.text(),
                          Optional.of(raw.group().startsWith("spam") ? "spam" : "ham"),
                          Map.of("group", raw.group()))),
              id + ": no readable date");
    };
  }
}
