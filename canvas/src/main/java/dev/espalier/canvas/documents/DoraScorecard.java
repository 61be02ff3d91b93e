package dev.espalier.canvas.documents;

import java.time.Duration;
import java.util.List;

/** The four delivery metrics of DORA, each from the release records. */
final class DoraScorecard {
  private static final String LEAD = "deploy.lead_time";

  private DoraScorecard() {}

  static Document write(Sheet sheet) {
    return sheet
        .section("Deployment frequency", part -> frequency(sheet, part))
        .section("Lead time for changes", part -> part.evidence(LEAD, "lead_time"))
        .section("Time to restore", part -> part.evidence(LEAD, "mttr"))
        .section("Change failure rate", part -> part.evidence(LEAD, "change_fail_rate"))
        .section("Targets", part -> part.answers(LEAD, "metadata.operations"))
        .document(DocumentKind.DORA);
  }

  /** Versions that came to answer everything, over the days in which they did. */
  private static void frequency(Sheet sheet, Sheet.Part part) {
    List<DocumentFacts.Release> live =
        sheet.releases().stream().filter(one -> one.fullTrafficAt().isPresent()).toList();
    part.evidence(LEAD, "frequency");
    if (live.isEmpty()) {
      return;
    }
    DocumentFacts.Release last = live.getLast();
    long days =
        Math.max(
            1,
            Duration.between(
                    live.getFirst().fullTrafficAt().orElseThrow(),
                    last.fullTrafficAt().orElseThrow())
                .toDays());
    part.say(
        "%d versions came to answer everything within %d days, the last one %s."
            .formatted(live.size(), days, ModelCard.day(last.fullTrafficAt().orElseThrow())),
        sheet.recorded(last));
  }
}
