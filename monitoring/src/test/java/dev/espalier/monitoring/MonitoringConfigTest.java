package dev.espalier.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.platform.EspalierException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MonitoringConfigTest {
  @Test
  void an_empty_environment_gives_the_defaults() {
    assertThat(MonitoringConfig.of(Map.of())).isEqualTo(MonitoringConfig.defaults());
  }

  @Test
  void reads_receivers_secret_and_patience_from_the_environment() {
    MonitoringConfig config =
        MonitoringConfig.of(
            Map.of(
                "ESPALIER_WEBHOOKS", "https://a.example/x, http://127.0.0.1:9/y",
                "ESPALIER_WEBHOOK_SECRET", "s3cret",
                "ESPALIER_WEBHOOK_PRIVATE", "allow",
                "ESPALIER_ESCALATE_AFTER", "PT5M"));
    assertThat(config.webhooks())
        .containsExactly(URI.create("https://a.example/x"), URI.create("http://127.0.0.1:9/y"));
    assertThat(config.webhookSecret()).contains("s3cret");
    assertThat(config.webhookTargets()).isEqualTo(MonitoringConfig.Targets.PRIVATE_ALLOWED);
    assertThat(config.escalateAfter()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void names_the_variable_that_cannot_be_read() {
    assertThatThrownBy(() -> MonitoringConfig.of(Map.of("ESPALIER_ESCALATE_AFTER", "a while")))
        .isInstanceOf(EspalierException.class)
        .hasMessageContaining("ESPALIER_ESCALATE_AFTER cannot be read");
    assertThatThrownBy(() -> MonitoringConfig.of(Map.of("ESPALIER_WEBHOOKS", "file:///etc/passwd")))
        .hasMessageContaining("Not a webhook address");
    assertThatThrownBy(() -> MonitoringConfig.of(Map.of("ESPALIER_WEBHOOKS", "ht tp://x")))
        .hasMessageContaining("ESPALIER_WEBHOOKS cannot be read");
    assertThatThrownBy(() -> MonitoringConfig.of(Map.of("ESPALIER_ESCALATE_AFTER", "PT0S")))
        .hasMessageContaining("longer than nothing");
  }
}
