package dev.herald.core.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
  private static final List<String> LISTED = List.of("https://Chat.example.com:8443");

  private final Origins local = new Origins(LISTED, false);
  private final Origins open = new Origins(LISTED, true);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost",
        "http://localhost:5173",
        "http://LOCALHOST",
        "https://127.0.0.1:1",
        "http://[::1]:3000",
        "https://chat.example.com:8443"
      })
  void admits_loopbackAndListed(String origin) {
    assertThat(local.admits(origin, "localhost:8000")).isTrue();
    assertThat(open.admits(origin, "hub.example.com:8000")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "",
        "%%%",
        "http://hub.example.com",
        "http://hub.example.com:8001",
        "https://chat.example.com",
        "http://chat.example.com:8443",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@evil.example.com",
        "http://user@localhost",
        "http://localhost/",
        "file://localhost",
        "localhost",
        "http://"
      })
  void admits_noOther(String origin) {
    assertThat(local.admits(origin, "hub.example.com:8000")).isFalse();
    assertThat(open.admits(origin, "hub.example.com:8000")).isFalse();
  }

  @Test
  void admits_itsOwnPagesOnlyWhereOthersReachIt() {
    assertThat(open.admits("http://Hub.example.com:8000", "hub.example.com:8000")).isTrue();
    assertThat(local.admits("http://hub.example.com:8000", "hub.example.com:8000")).isFalse();
    assertThat(open.admits("http://hub.example.com", null)).isFalse();
  }

  @Test
  void admits_clientsThatNameNone() {
    assertThat(local.admits(null, "localhost:8000")).isTrue();
    assertThat(local.admits(null, null)).isTrue();
  }

  @Test
  void admitsHost_onALocalServer_onlyLoopbackAndListed() {
    assertThat(List.of("localhost", "LocalHost:8000", "127.0.0.1:8000", "[::1]:8000"))
        .allMatch(local::admitsHost);
    assertThat(local.admitsHost("chat.example.com:8443")).isTrue();
    assertThat(local.admitsHost(null)).isTrue();
    assertThat(List.of("evil.example.com", "localhost.evil.example.com:8000", "10.0.0.1", ""))
        .noneMatch(local::admitsHost);
    assertThat(open.admitsHost("any.example.com")).isTrue();
  }
}
