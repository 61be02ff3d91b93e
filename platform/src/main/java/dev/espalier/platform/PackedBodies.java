package dev.espalier.platform;

import io.helidon.http.encoding.ContentDecoder;
import io.helidon.http.encoding.ContentEncoder;
import io.helidon.http.encoding.ContentEncoding;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.webserver.WebServerConfig;
import java.util.Set;

/**
 * Lets a request body that is packed ({@code Content-Encoding}) through as it came: the few routes
 * that take one unpack it themselves, within their own bound, so that no small request becomes a
 * large one elsewhere. Answers are never packed.
 */
public final class PackedBodies {
  private PackedBodies() {}

  /** Makes a server do so. */
  public static void pass(WebServerConfig.Builder server) {
    server.contentEncoding(
        ContentEncodingContext.builder()
            .contentEncodingsDiscoverServices(false)
            .addContentEncoding(new AsItCame())
            .build());
  }

  private record AsItCame() implements ContentEncoding {
    @Override
    public Set<String> ids() {
      return Set.of("gzip", "deflate");
    }

    @Override
    public boolean supportsEncoding() {
      return false;
    }

    @Override
    public boolean supportsDecoding() {
      return true;
    }

    @Override
    public ContentDecoder decoder() {
      return ContentDecoder.NO_OP;
    }

    @Override
    public ContentEncoder encoder() {
      return ContentEncoder.NO_OP;
    }

    @Override
    public String name() {
      return "as-it-came";
    }

    @Override
    public String type() {
      return "as-it-came";
    }
  }
}
