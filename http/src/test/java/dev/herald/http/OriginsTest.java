package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.config.SettingTree;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
  private final Origins origins = new Origins(List.of("https://Chat.example.com:8443"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://hub.example.com:8000",
        "https://HUB.example.com:8000",
        "http://localhost",
        "http://localhost:5173",
        "https://127.0.0.1:1",
        "http://[::1]:3000",
        "https://chat.example.com:8443"
      })
  void admits_ownLoopbackAndListed(String origin) {
    assertThat(origins.admits(origin, "hub.example.com:8000")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "",
        "http://hub.example.com",
        "http://hub.example.com:8001",
        "https://chat.example.com",
        "http://chat.example.com:8443",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://user@localhost",
        "http://localhost/",
        "file://localhost",
        "localhost",
        "http://"
      })
  void admits_noOther(String origin) {
    assertThat(origins.admits(origin, "hub.example.com:8000")).isFalse();
  }

  @Test
  void admits_clientsThatNameNone() {
    assertThat(origins.admits(null, "hub.example.com:8000")).isTrue();
    assertThat(origins.admits(null, null)).isTrue();
    assertThat(origins.admits("http://hub.example.com", null)).isFalse();
  }

  @Test
  void settings_refuseWhatIsNoOrigin() {
    HttpSettings defaults = SettingTree.defaults(HttpSettings.class);
    assertThat(defaults.port()).isEqualTo(8000);
    assertThat(defaults.requestTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(defaults.gateway().queueBytesMax()).isEqualTo(8 << 20);
    assertThatThrownBy(() ->
            new HttpSettings(
                0,
                defaults.requestBytesMax(),
                defaults.requestTimeout(),
                defaults.connectionsMax(),
                List.of("https://ok.example.com", "chat.example.com"),
                defaults.gateway()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not chat.example.com");
  }
}
