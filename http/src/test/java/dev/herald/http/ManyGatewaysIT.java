package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.config.SettingTree;
import dev.herald.core.group.GroupCommands.Draft;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many gateways of several apps: who gets what, in which order, and what it costs. */
class ManyGatewaysIT {
  private static final Pattern EVENT =
      Pattern.compile("\"appId\":\"(\\w+)\",\"groupId\":\"(\\w+)\".*\"seq\":(\\d+)}}");

  @TempDir static Path data;
  private static EdgeFixture edge;

  @BeforeAll
  static void start() throws IOException {
    GatewaySettings gateway = SettingTree.defaults(GatewaySettings.class);
    edge =
        EdgeFixture.start(
            data,
            new HttpSettings(
                0,
                1 << 20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                2000,
                100,
                gateway,
                EdgeFixture.CONSUMER));
  }

  @AfterAll
  static void stop() {
    edge.close();
  }

  private static CompletableFuture<?> create(String appId, String groupId) {
    return edge.commands
        .create(new Draft(appId, groupId, "u", "x", null, null))
        .toCompletableFuture();
  }

  private static List<RawGateway> connect(String appId, int count) throws IOException {
    List<RawGateway> gateways = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RawGateway gateway = RawGateway.connect(edge.edge.port(), appId + "/" + i);
      gateways.add(gateway);
      assertThat(gateway.nextText()).contains("\"code\":2000");
    }
    return gateways;
  }

  private static void closeAll(List<RawGateway> gateways) throws IOException {
    for (RawGateway gateway : gateways) {
      gateway.close();
    }
  }

  @Test
  void events_reachEveryGatewayOfTheirAppOnce_inTheOrderOfTheirGroup() throws Exception {
    int writers = 4;
    int each = 50;
    List<RawGateway> gateways = connect("one", 5);
    gateways.addAll(connect("two", 5));
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int n = 0; n < each; n++) {
                  create("one", "g" + n % 3).join();
                  create("two", "g" + n % 3).join();
                }
              }));
    }
    for (int i = 0; i < gateways.size(); i++) {
      String app = i < 5 ? "one" : "two";
      Map<String, Long> last = new HashMap<>();
      for (int n = 0; n < writers * each; n++) {
        Matcher event = EVENT.matcher(gateways.get(i).nextText());
        assertThat(event.find()).isTrue();
        assertThat(event.group(1)).isEqualTo(app);
        assertThat(Long.parseLong(event.group(3)))
            .isEqualTo(last.merge(event.group(2), 1L, Long::sum));
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    create("one", "end").join();
    create("two", "end").join();
    for (RawGateway gateway : gateways) {
      assertThat(gateway.nextText()).contains("\"groupId\":\"end\"");
    }
    closeAll(gateways);
  }

  @Test
  void event_forAThousandGateways_isEncodedOnce() throws Exception {
    List<RawGateway> gateways = connect("thousand", 1000);
    long encoded = edge.metric("herald_gateway_frames_encoded_total");
    long sent = edge.metric("herald_gateway_messages_sent_total");
    for (int i = 0; i < 3; i++) {
      create("thousand", "g").join();
    }
    for (RawGateway gateway : gateways) {
      for (int seq = 1; seq <= 3; seq++) {
        assertThat(gateway.nextText()).endsWith("\"seq\":" + seq + "}}");
      }
    }
    assertThat(edge.metric("herald_gateway_messages_sent_total")).isEqualTo(sent + 3000);
    assertThat(edge.metric("herald_gateway_frames_encoded_total")).isEqualTo(encoded + 3);
    closeAll(gateways);
  }
}
