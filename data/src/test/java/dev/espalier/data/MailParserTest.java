package dev.espalier.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailParserTest {
  private static MailParser.Parsed parse(String raw) {
    return parse(raw, StandardCharsets.ISO_8859_1);
  }

  private static MailParser.Parsed parse(String raw, Charset charset) {
    return MailParser.parse(raw.replace("\n", "\r\n").getBytes(charset));
  }

  private static Mail mail(String raw) {
    return ((MailParser.Parsed.Letter) parse(raw)).mail();
  }

  @Test
  void decodes_subjects_and_drops_list_tags_and_reply_marks() {
    Mail mail = mail("Subject: Re: [ILUG] =?iso-8859-1?Q?Gr=FC=DFe?= you\n\nbody\n");
    assertThat(mail.subject()).isEqualTo("Gr\u00fc\u00dfe you");
    assertThat(mail.text()).isEqualTo("Gr\u00fc\u00dfe you\nbody");
  }

  @Test
  void reads_the_declared_charset_and_falls_back_on_an_unknown_one() {
    String utf8 = "Subject: x\nContent-Type: text/plain; charset=utf-8\n\n\u4f60\u597d\n";
    assertThat(((MailParser.Parsed.Letter) parse(utf8, StandardCharsets.UTF_8)).mail().body())
        .isEqualTo("\u4f60\u597d");
    Mail unknown = mail("Subject: x\nContent-Type: text/plain; charset=x-martian\n\ncaf\u00e9\n");
    assertThat(unknown.body()).isEqualTo("caf\u00e9");
  }

  @Test
  void reads_raw_eight_bit_headers_and_bodies_that_break_their_declaration() {
    Mail mail =
        mail("Subject: les \u00e9lections\nContent-Type: text/plain; charset=utf-8\n\n\u00a35\n");
    assertThat(mail.subject()).isEqualTo("les \u00e9lections");
    assertThat(mail.body()).isEqualTo("\u00a35");
  }

  @Test
  void drops_control_codes_and_keeps_folded_subjects_whole() {
    assertThat(mail("Subject: a\n  folded\u0007 one\n\nbell\u0007 \u0000\n").text())
        .isEqualTo("a folded one\nbell");
  }

  @Test
  void turns_quoted_printable_html_into_text() {
    Mail mail =
        mail(
            """
            Subject: x
            Content-Type: text/html; charset="iso-8859-1"
            Content-Transfer-Encoding: quoted-printable

            <html><head><style>p {color:red}</style><script>alert(1)</script></head>
            <body><p align=3D"left">Buy&nbsp;<b>now</b></p></body></html>
            """);
    assertThat(mail.body()).isEqualTo("Buy now");
  }

  @Test
  void skips_attachments_and_takes_the_plain_alternative() {
    Mail mail =
        mail(
            """
            Subject: x
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=AA

            --AA
            Content-Type: multipart/alternative; boundary=BB

            --BB
            Content-Type: text/plain

            the plain words
            --BB
            Content-Type: text/html

            <p>the html words</p>
            --BB--
            --AA
            Content-Type: text/plain
            Content-Disposition: attachment; filename=a.txt

            attached words
            --AA
            Content-Type: application/octet-stream
            Content-Transfer-Encoding: base64

            AAECAwQ=
            --AA--
            """);
    assertThat(mail.body()).isEqualTo("the plain words");
  }

  @Test
  void keeps_what_is_there_of_a_truncated_multipart() {
    Mail mail =
        mail(
            """
            Subject: x
            Content-Type: multipart/mixed; boundary=AA

            --AA
            Content-Type: text/plain

            the first half of\
            """);
    assertThat(mail.body()).isEqualTo("the first half of");
  }

  @Test
  void survives_broken_header_lines() {
    Mail mail = mail("Subject: hello\nthis is no header\nContent-Type: ;;;=\n\nbody\n");
    assertThat(mail.text()).contains("hello");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "Subject:\nContent-Type: image/png\n\nxx", "Subject: \n\n\n"})
  void gives_a_reason_when_there_is_no_text(String raw) {
    assertThat(parse(raw)).isInstanceOf(MailParser.Parsed.Unreadable.class);
  }

  @Test
  void never_throws_whatever_the_bytes() {
    Random random = new Random(7);
    byte[] sound =
        "Subject: x\nContent-Type: multipart/mixed; boundary=A\n\n--A\n\nbody\n--A--\n"
            .getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = Arrays.copyOf(sound, random.nextInt(sound.length + 1));
      for (int j = 0; j < bytes.length / 10; j++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      assertThat(MailParser.parse(bytes)).isNotNull();
    }
  }

  @Test
  void does_not_follow_endless_nesting() {
    StringBuilder raw = new StringBuilder("Subject: deep\n");
    for (int i = 0; i < 500; i++) {
      raw.append("Content-Type: multipart/mixed; boundary=B%d\n\n--B%d\n".formatted(i, i));
    }
    assertThat(parse(raw.append("\nend").toString())).isNotNull();
  }

  @Test
  void prefers_the_top_received_header_to_the_date() {
    Mail mail =
        mail(
            """
            Received: from a by b with ESMTP; Thu, 22 Aug 2002 08:17:21 -0400 (EDT)
            Received: from c by a; Thu, 22 Aug 2002 01:00:00 -0400 (EDT)
            Date: Wed, 21 Aug 2002 20:31:57 -1600
            Subject: x

            b
            """);
    assertThat(mail.at()).contains(Instant.parse("2002-08-22T12:17:21Z"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Thu, 22 Aug 2002 08:17:21 -0400 (EDT) | 2002-08-22T12:17:21Z
          22 Aug 02 08:17 GMT                   | 2002-08-22T08:17:00Z
          Thu, 22 Aug 102 08:17:21 +0000        | 2002-08-22T08:17:21Z
          Thu, 22 Aug 99 08:17:21 EST           | 1999-08-22T13:17:21Z
          Wed, 21 Aug 2002 20:31:57 -1600       | 2002-08-21T20:31:57Z
          Thu, 22 Aug 2002 08:17:60 +0000       | 2002-08-22T08:17:59Z
          """)
  void repairs_dates(String written, Instant meant) {
    assertThat(MailDate.parse(written)).contains(meant);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "soon",
        "31 Feb 2002 10:00:00 +0000",
        "1 Foo 2002 10:00 GMT",
        "1 Jan 9999 10:00 GMT"
      })
  void gives_no_date_for_what_is_none(String written) {
    assertThat(MailDate.parse(written)).isEmpty();
  }
}
