package dev.herald.it.crash;

import static com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.herald.it.crash.DiskTrouble.Kind;
import dev.herald.it.crash.Sender.Told;
import dev.herald.it.harness.GatewaySocket;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mqtt5;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * While the disk cannot do its work, every send is refused by a named code at every edge, what was
 * acknowledged can be read, and nothing that was refused is ever seen. When it works again, so does
 * Herald, without help.
 */
class DiskTroubleIT {
  private static final String APP = "a";
  private static final String GROUP = "g";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path data;

  private final List<String> kept = new ArrayList<>();
  private int number;

  @ParameterizedTest
  @EnumSource
  void sendsAreRefused_readsGoOn_andItRecoversWithoutHelp(Kind kind) throws Exception {
    try (var trouble = new DiskTrouble(kind, data);
        var server = HeraldProcess.start(data);
        var api = new GroupApi(server, APP);
        var gateway = GatewaySocket.connect(server, APP, "gw");
        var member = Mqtt5.connected(server, APP).subscribe("$group/" + GROUP, AT_LEAST_ONCE)) {
      IntStream.range(0, 10).forEach(i -> assertThat(sendOne(server)).isTrue());
      trouble.begin(server);
      await().atMost(PATIENCE).until(() -> !sendOne(server));
      assertRefusedEverywhere(server);
      assertThat(contents(api)).isEqualTo(kept);
      assertTold(server, api, false);

      trouble.end();
      await().atMost(PATIENCE).until(() -> api.get("/ready").statusCode() == 200);
      assertThat(sendOne(server)).isTrue();
      assertTold(server, api, true);
      assertThat(contents(api)).isEqualTo(kept);
      for (String content : kept) {
        assertThat(gateway.next().path("data").path("content").asText()).isEqualTo(content);
        assertThat(GroupApi.json(member.nextText()).path("message").path("content").asText())
            .isEqualTo(content);
      }

      server.kill();
      server.restart();
      assertThat(contents(api)).isEqualTo(kept);
      assertThat(sendOne(server)).isTrue();
      assertThat(contents(api)).isEqualTo(kept);
    }
  }

  @ParameterizedTest
  @EnumSource
  void killedMeanwhile_itHasWhatItAcknowledgedAndNothingElse(Kind kind) throws Exception {
    try (var trouble = new DiskTrouble(kind, data);
        var server = HeraldProcess.start(data);
        var api = new GroupApi(server, APP)) {
      IntStream.range(0, 10).forEach(i -> assertThat(sendOne(server)).isTrue());
      trouble.begin(server);
      await().atMost(PATIENCE).until(() -> !sendOne(server));
      server.kill();
      trouble.end();
      server.restart();

      assertThat(contents(api)).isEqualTo(kept);
      assertThat(sendOne(server)).isTrue();
      assertThat(contents(api)).isEqualTo(kept);
    }
  }

  /** Sends a message, notes it if it was acknowledged, and returns whether it was. */
  private boolean sendOne(HeraldProcess server) {
    try (Sender sender = new HttpSender(server, APP, true)) {
      Sent message = message();
      boolean done = sender.create(message).done();
      if (done) {
        kept.add(message.content);
      }
      return done;
    } catch (Broken e) {
      throw new AssertionError("the server does not answer", e);
    }
  }

  private Sent message() {
    number++;
    return new Sent(GROUP, "u", "m" + number + " " + "x".repeat(3000), "c" + number);
  }

  private void assertRefusedEverywhere(HeraldProcess server) throws Broken {
    String why = "The store cannot write now.";
    try (Sender contract = new HttpSender(server, APP, true);
        Sender resource = new HttpSender(server, APP, false);
        Sender mqtt = new MqttSender(server, APP, "u");
        Sender gateway = new GatewaySender(server, APP, "u")) {
      assertThat(contract.create(message()))
          .isEqualTo(
              Told.refused(
                  "503 {\"success\":false,\"code\":-1,\"message\":\"" + why + "\",\"data\":null}"));
      assertThat(resource.create(message()).why())
          .startsWith("503 ")
          .contains("STORE_UNAVAILABLE", why);
      assertThat(mqtt.create(message()).why()).isEqualTo("IMPLEMENTATION_SPECIFIC_ERROR " + why);
      assertThat(gateway.create(message()).why()).contains("\"code\":4001", "fail in send: " + why);
    }
  }

  private static List<String> contents(GroupApi api) {
    List<JsonNode> history = api.history(GROUP);
    assertThat(history)
        .extracting(message -> message.path("seq").asInt())
        .isEqualTo(IntStream.rangeClosed(1, history.size()).boxed().toList());
    return history.stream().map(message -> message.path("content").asText()).toList();
  }

  /** What operators are told: once in the log, always in readiness and metrics. */
  private static void assertTold(HeraldProcess server, GroupApi api, boolean works) {
    var ready = api.get("/ready");
    assertThat(ready.statusCode()).isEqualTo(works ? 200 : 503);
    assertThat(ready.body()).contains(works ? "\"ready\":true" : "store does not work");
    assertThat(server.metric("herald_store_write_failing")).isEqualTo(works ? 0 : 1);
    assertThat(server.metric("herald_store_failures_total{operation=\"write\"}")).isPositive();
    assertThat(server.log().lines())
        .filteredOn(line -> line.contains("store.failed operation=write"))
        .hasSize(1);
    assertThat(server.log().lines())
        .filteredOn(line -> line.contains("store.recovered operation=write"))
        .hasSize(works ? 1 : 0);
    assertThat(server.log().lines())
        .filteredOn(line -> line.contains("journal.batch_failed"))
        .hasSize(1);
  }
}
