package dev.espalier.registry;

import dev.espalier.platform.EspalierException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * A POST to an address that somebody else chose, such that it can never reach the inside: the name
 * is resolved once, every address it resolves to must be public, the connection goes to the very
 * address that was checked, and redirects are not followed. HTTPS only, but for hosts that whoever
 * runs the server allows by name. Thread-safe.
 */
final class OutboundPost {
  private static final int MAX_ANSWER = 64 << 10;
  private static final int MAX_LINE = 8 << 10;
  private static final int MAX_HEADERS = 100;
  private final Set<String> allowed;
  private final Duration timeout;

  /**
   * @param allowed authorities that are reached whatever their address is, as {@code host:port}
   */
  OutboundPost(Set<String> allowed, Duration timeout) {
    this.allowed = Set.copyOf(allowed);
    this.timeout = timeout;
  }

  /** What came back; the body at most 64 KiB of it. */
  record Answer(int status, Optional<String> retryAfter, String body) {}

  /**
   * Checks what can be checked of an address without asking anybody.
   *
   * @throws EspalierException INVALID
   */
  URI check(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException malformed) {
      throw refused(url, "it is malformed");
    }
    if (uri.getHost() == null || uri.getUserInfo() != null || uri.getFragment() != null) {
      throw refused(url, "a plain address with a host is needed");
    }
    boolean secure = "https".equals(uri.getScheme());
    if (!secure && !("http".equals(uri.getScheme()) && allowed.contains(authority(uri)))) {
      throw refused(url, "https is needed");
    }
    if (url.chars().anyMatch(c -> c <= 0x20 || c == 0x7f)) {
      throw refused(url, "it holds a space or a control character");
    }
    return uri;
  }

  private static EspalierException refused(String url, String why) {
    String shown = url.length() <= 200 ? url : url.substring(0, 200) + "…";
    return EspalierException.invalidField(
        "url",
        "address",
        "Invalid webhook URL '%s': %s.".formatted(shown.replaceAll("\\p{Cntrl}", "?"), why),
        Optional.of("https://example.org/hook"));
  }

  private static int port(URI uri) {
    return uri.getPort() > 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
  }

  private static String authority(URI uri) {
    return uri.getHost() + ":" + port(uri);
  }

  /** The checked address of a host. */
  InetAddress resolved(URI uri) throws UnknownHostException {
    String host = uri.getHost().replaceAll("[\\[\\]]", "");
    InetAddress[] addresses = InetAddress.getAllByName(host);
    if (!allowed.contains(authority(uri))) {
      for (InetAddress address : addresses) {
        if (!isPublic(address)) {
          throw refused(uri.toString(), "it leads to an address that is not public");
        }
      }
    }
    return addresses[0];
  }

  /** Whether an address is somebody's on the internet, in whatever form it is written. */
  static boolean isPublic(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] b = address.getAddress();
    return address instanceof Inet4Address ? publicFour(b) : publicSix(b);
  }

  private static boolean publicFour(byte[] b) {
    int first = b[0] & 0xff;
    int second = b[1] & 0xff;
    boolean shared = first == 100 && second >= 64 && second <= 127;
    boolean special = first == 192 && second == 0 && (b[2] == 0 || b[2] == 2);
    boolean benchmark = first == 198 && (second == 18 || second == 19);
    boolean example =
        (first == 198 && second == 51 && b[2] == 100)
            || (first == 203 && second == 0 && b[2] == 113);
    boolean own =
        first == 10
            || first == 127
            || (first == 172 && second >= 16 && second <= 31)
            || (first == 192 && second == 168)
            || (first == 169 && second == 254);
    return first != 0 && first < 224 && !own && !shared && !special && !benchmark && !example;
  }

  /** Forms that carry an address of the older kind are judged by that one. */
  private static boolean publicSix(byte[] b) {
    if ((b[0] & 0xfe) == 0xfc) {
      return false;
    }
    boolean zeros = true;
    for (int i = 0; i < 10; i++) {
      zeros &= b[i] == 0;
    }
    if (zeros) {
      return false;
    }
    if ((b[0] & 0xff) == 0x20 && b[1] == 0x02) {
      return publicFour(Arrays.copyOfRange(b, 2, 6));
    }
    boolean translated = b[0] == 0 && (b[1] & 0xff) == 0x64 && (b[2] & 0xff) == 0xff;
    boolean teredo = (b[0] & 0xff) == 0x20 && b[1] == 1 && b[2] == 0 && b[3] == 0;
    return !translated && !teredo;
  }

  /**
   * Posts JSON.
   *
   * @throws IOException when there is no answer
   * @throws EspalierException INVALID for an address that is refused
   */
  Answer post(String url, byte[] body, Map<String, String> headers) throws IOException {
    URI uri = check(url);
    try (Socket plain = new Socket()) {
      int millis = (int) timeout.toMillis();
      plain.connect(new InetSocketAddress(resolved(uri), port(uri)), millis);
      plain.setSoTimeout(millis);
      if (!"https".equals(uri.getScheme())) {
        return exchange(plain, uri, body, headers);
      }
      try (SSLSocket secure =
          (SSLSocket)
              ((SSLSocketFactory) SSLSocketFactory.getDefault())
                  .createSocket(plain, uri.getHost(), port(uri), true)) {
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        return exchange(secure, uri, body, headers);
      }
    }
  }

  private static Answer exchange(Socket socket, URI uri, byte[] body, Map<String, String> headers)
      throws IOException {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    StringBuilder head = new StringBuilder();
    head.append("POST ").append(path).append(query).append(" HTTP/1.1\r\n");
    head.append("Host: ").append(uri.getRawAuthority()).append("\r\n");
    head.append("Content-Type: application/json\r\nConnection: close\r\n");
    head.append("Content-Length: ").append(body.length).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    OutputStream out = socket.getOutputStream();
    out.write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    out.flush();
    InputStream in = new BufferedInputStream(socket.getInputStream());
    String[] status = line(in).split(" ", 3);
    if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].matches("\\d{3}")) {
      throw new IOException("That was no HTTP.");
    }
    Map<String, String> answered = new TreeMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        answered.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      if (answered.size() > MAX_HEADERS) {
        throw new IOException("Too many headers.");
      }
    }
    return new Answer(
        Integer.parseInt(status[1]),
        Optional.ofNullable(answered.get("retry-after")),
        new String(in.readNBytes(length(answered)), StandardCharsets.UTF_8));
  }

  private static int length(Map<String, String> headers) {
    String announced = headers.getOrDefault("content-length", "");
    return announced.matches("\\d{1,9}")
        ? Math.min(MAX_ANSWER, Integer.parseInt(announced))
        : MAX_ANSWER;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0 || line.length() > MAX_LINE) {
        throw new IOException("The answer ended early.");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
