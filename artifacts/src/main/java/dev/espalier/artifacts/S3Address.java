package dev.espalier.artifacts;

import dev.espalier.platform.EspalierException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where artifacts lie in an S3 store. Credentials never stand here: they come from the environment
 * ({@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}, {@code AWS_SESSION_TOKEN}), or from
 * where AWS's own tools look for them.
 *
 * @param prefix before every key: empty, or closed by a slash
 * @param endpoint empty for AWS itself
 */
public record S3Address(String bucket, String prefix, String region, Optional<URI> endpoint) {
  private static final Set<String> OPTIONS = Set.of("endpoint", "region");

  /**
   * Reads {@code s3://bucket[/prefix][?region=…&endpoint=https://…]}.
   *
   * @throws EspalierException INVALID with what is wrong and how it is written
   */
  public static S3Address parse(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException failure) {
      throw invalid("it is no address");
    }
    String bucket = Optional.ofNullable(uri.getAuthority()).orElse("");
    if (!"s3".equals(uri.getScheme())) {
      throw invalid("it does not begin with s3://");
    }
    if (bucket.contains("@")) {
      throw invalid("keys do not belong in it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
    if (!bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
      throw invalid("'%s' is no name of a bucket".formatted(bucket));
    }
    Map<String, String> options = options(Optional.ofNullable(uri.getQuery()).orElse(""));
    return new S3Address(
        bucket,
        prefix(Optional.ofNullable(uri.getPath()).orElse("")),
        options.getOrDefault("region", "us-east-1"),
        Optional.ofNullable(options.get("endpoint")).map(S3Address::endpoint));
  }

  private static String prefix(String path) {
    String plain = path.replaceAll("^/+|/+$", "");
    if (!plain.matches("[A-Za-z0-9._/-]{0,200}") || plain.contains("//")) {
      throw invalid("the prefix '%s' may hold letters, digits and . _ - / only".formatted(plain));
    }
    return plain.isEmpty() ? "" : plain + "/";
  }

  private static Map<String, String> options(String query) {
    Map<String, String> options = new HashMap<>();
    for (String each : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = Math.max(each.indexOf('='), 0);
      if (!OPTIONS.contains(each.substring(0, equals))) {
        throw invalid("'%s' is neither region nor endpoint".formatted(each));
      }
      options.put(each.substring(0, equals), each.substring(equals + 1));
    }
    return options;
  }

  private static URI endpoint(String text) {
    URI endpoint;
    try {
      endpoint = new URI(text);
    } catch (URISyntaxException failure) {
      throw invalid("its endpoint is no address");
    }
    boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    if (!web || endpoint.getHost() == null || endpoint.getRawUserInfo() != null) {
      throw invalid("its endpoint is not http(s)://host[:port]");
    }
    return endpoint;
  }

  private static EspalierException invalid(String why) {
    return EspalierException.invalidField(
        "artifacts",
        "s3://bucket[/prefix][?region=name&endpoint=https://host]",
        "The artifact address cannot be used: %s.".formatted(why),
        Optional.of("s3://models/espalier"));
  }

  /** The address as {@link #parse} reads it. */
  @Override
  public String toString() {
    return "s3://%s/%s?region=%s%s"
        .formatted(bucket, prefix, region, endpoint.map(url -> "&endpoint=" + url).orElse(""));
  }
}
