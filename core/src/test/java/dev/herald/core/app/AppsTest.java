package dev.herald.core.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.client.Clients;
import dev.herald.core.client.NotificationSettings;
import dev.herald.core.config.SettingTree;
import dev.herald.core.consumer.ConsumerSettings;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.Router;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppsTest {
  private final Metrics metrics = new Metrics();
  private final Apps apps =
      new Apps(
          new Router(1),
          new Apps.Limits(
              2, 1 << 20, new ConsumerSettings(10, 1 << 20, Duration.ofSeconds(30), 5, true, "")),
          metrics,
          Clients.Shared.of(
              SettingTree.defaults(NotificationSettings.class),
              1,
              metrics,
              event -> {},
              InstantSource.system()));

  private long gauge(String name) {
    return metrics.all().stream()
        .filter(m -> m.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }

  @Test
  void get_sameId_isTheSameApp() {
    App app = apps.get("a");
    assertThat(apps.get("a")).isSameAs(app);
    assertThat(apps.find("a")).isSameAs(app);
    assertThat(app.id()).isEqualTo("a");
    assertThat(apps.find("A")).isNull();
    assertThat(apps.get("A")).isNotSameAs(app);
    assertThat(apps.get("a ")).isNotSameAs(app);
    assertThat(apps.all()).hasSize(3);
    assertThat(gauge("herald_apps")).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\0", "\uD83D"})
  void get_noId_isRefused(String appId) {
    assertThatThrownBy(() -> apps.get(appId))
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.FIELD_INVALID));
    assertThat(apps.all()).isEmpty();
  }

  @Test
  void retained_sameTopicInTwoApps_areApartAndBoundedApart() {
    Message message =
        new Message("t", new byte[] {1}, 0, true, MessageProperties.NONE, Message.NEVER, null);
    Message other =
        new Message("u", new byte[] {2}, 0, true, MessageProperties.NONE, Message.NEVER, null);
    assertThat(apps.get("a").retained().retain(message)).isTrue();
    assertThat(apps.get("a").retained().retain(other)).isTrue();
    assertThat(apps.get("b").retained().retain(other)).isTrue();
    List<Message> found = new ArrayList<>();
    apps.get("b").retained().forEachMatch("#", 0, found::add);
    assertThat(found).containsExactly(other);
    assertThat(apps.get("a").topics()).isNotSameAs(apps.get("b").topics());
    assertThat(gauge("herald_retained_messages")).isEqualTo(3);
  }

  @Test
  void get_moreThanTheLimit_isRefusedWhileKnownAppsServe() throws InterruptedException {
    for (int i = 0; i < Apps.APPS_MAX - 1; i++) {
      apps.get("app-" + i);
    }
    List<Thread> threads = new ArrayList<>();
    List<HeraldException> refusals = java.util.Collections.synchronizedList(new ArrayList<>());
    for (int t = 0; t < 4; t++) {
      String name = "last-" + t;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  apps.get(name);
                } catch (HeraldException refusal) {
                  refusals.add(refusal);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(apps.all()).hasSize(Apps.APPS_MAX);
    assertThat(refusals)
        .hasSize(3)
        .allSatisfy(refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED));
    assertThat(apps.get("app-0").id()).isEqualTo("app-0");
  }
}
