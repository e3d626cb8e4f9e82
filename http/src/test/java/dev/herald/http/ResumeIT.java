package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.herald.core.bus.BusMessage;
import dev.herald.core.group.GroupCommands.Draft;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path data;
  private static EdgeFixture edge;

  @BeforeAll
  static void start() throws IOException {
    edge = EdgeFixture.start(data);
  }

  @AfterAll
  static void stop() {
    edge.close();
  }

  private static long create(String appId, String groupId, String content) {
    return edge.commands
        .create(new Draft(appId, groupId, "u", content, null, null))
        .toCompletableFuture()
        .join()
        .message()
        .seq();
  }

  @Test
  void resume_sendsWhatWasMissed_thenSaysSo_thenIsLive() throws Exception {
    for (int i = 1; i <= 5; i++) {
      create("r1", "g", "m" + i);
      create("r1", "other", "o" + i);
    }
    try (GatewayClient gateway = GatewayClient.open(edge, "r1/1?after=g:2")) {
      assertThat(gateway.next()).contains("\"content\":\"m3\"").contains("\"seq\":3}}");
      assertThat(gateway.next()).contains("\"seq\":4}}");
      assertThat(gateway.next()).contains("\"seq\":5}}");
      assertThat(gateway.next())
          .isEqualTo(
              "{\"success\":true,\"code\":2006,\"message\":\"success\","
                  + "\"data\":\"resume finished\"}");
      create("r1", "g", "m6");
      assertThat(gateway.next()).contains("\"seq\":6}}");
      create("r1", "other", "o6");
      assertThat(gateway.next()).contains("\"content\":\"o6\"");
    }
  }

  /** An event is stored before it is shown; a resume that ends in between has read it. */
  @Test
  void resume_eventShownAfterItsEnd_isNotSentTwice() throws Exception {
    BlockingQueue<BusMessage> shown = new LinkedBlockingQueue<>();
    List<BusMessage> events = new ArrayList<>();
    try (var _ = edge.bus.subscribe(shown::add)) {
      create("late", "g", "first");
      create("late", "g", "second");
      events.add(Objects.requireNonNull(shown.poll(10, TimeUnit.SECONDS)));
      events.add(Objects.requireNonNull(shown.poll(10, TimeUnit.SECONDS)));
    }
    try (GatewayClient gateway = GatewayClient.open(edge, "late/1?after=g:0")) {
      assertThat(gateway.next()).contains("\"seq\":1}}");
      assertThat(gateway.next()).contains("\"seq\":2}}");
      assertThat(gateway.next()).contains("\"code\":2006");
      events.forEach(edge.bus::publish);
      create("late", "g", "third");
      assertThat(gateway.next()).contains("\"seq\":3}}");
    }
  }

  @Test
  void resume_eventsAreKeptNoLonger_isToldWhich_thenGoesOnWithTheNext() throws Exception {
    for (int i = 1; i <= 5; i++) {
      create("pruned", "g", "m" + i);
      create("pruned", "whole", "w" + i);
    }
    edge.prune("pruned", "g", 4);
    edge.prune("pruned", "whole", 5);
    try (GatewayClient gateway = GatewayClient.open(edge, "pruned/1?after=g:2")) {
      assertThat(gateway.next())
          .isEqualTo(
              "{\"success\":true,\"code\":2007,\"message\":\"success\","
                  + "\"data\":{\"groupId\":\"g\",\"prunedSeq\":4}}");
      assertThat(gateway.next()).contains("\"content\":\"m5\"").contains("\"seq\":5}}");
      assertThat(gateway.next()).contains("\"code\":2006");
    }
    try (GatewayClient gateway = GatewayClient.open(edge, "pruned/2?after=g:4,whole:5")) {
      assertThat(gateway.next()).contains("\"content\":\"m5\"");
      assertThat(gateway.next()).contains("\"code\":2006");
    }
    try (GatewayClient gateway = GatewayClient.open(edge, "pruned/3?after=whole:1")) {
      assertThat(gateway.next()).contains("\"code\":2007", "\"prunedSeq\":5");
      assertThat(gateway.next()).contains("\"code\":2006");
      create("pruned", "whole", "w6");
      assertThat(gateway.next()).contains("\"content\":\"w6\"");
    }
  }

  @Test
  void resume_withNothingMissed_saysSoAtOnce() throws Exception {
    long seq = create("r2", "g", "only");
    try (GatewayClient gateway = GatewayClient.open(edge, "r2/1?after=g:" + seq + ",new:0")) {
      assertThat(gateway.next()).contains("\"code\":2006");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,b:1", "50%", "a/b?c&d=e#f", "+ +", "群", "%2C"})
  void resume_groupIdsOfAnyKind_areEncodedInTheQuery(String groupId) throws Exception {
    create("r3", groupId, "first");
    create("r3", groupId, "second");
    String once = URLEncoder.encode(groupId, StandardCharsets.UTF_8).replace("+", "%20");
    String twice = URLEncoder.encode(once + ":1,none:0", StandardCharsets.UTF_8);
    for (String after : new String[] {once + ":1,none:0", twice}) {
      try (GatewayClient gateway = GatewayClient.open(edge, "r3/1?after=" + after)) {
        assertThat(gateway.next()).contains("\"content\":\"second\"");
        assertThat(gateway.next()).contains("\"code\":2006");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 20_000})
  void resume_underConstantWrites_givesEveryNumberOnce(int contentLength) throws Exception {
    String app = "busy" + contentLength;
    String content = "x".repeat(contentLength);
    for (int i = 0; i < 150; i++) {
      create(app, i % 2 == 0 ? "even" : "odd", content);
    }
    AtomicBoolean writing = new AtomicBoolean(true);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; writing.get(); i++) {
                create(app, i % 2 == 0 ? "even" : "odd", content);
              }
            });
    try {
      for (int round = 0; round < 10; round++) {
        assertEveryNumberOnce(app, Map.of("even", round * 7L, "odd", round * 5L));
      }
    } finally {
      writing.set(false);
      writer.join();
    }
  }

  /** Resumes, reads on for a while after the resume is finished, and looks at the numbers. */
  private static void assertEveryNumberOnce(String app, Map<String, Long> after) throws Exception {
    Map<String, List<Long>> numbers = new HashMap<>();
    String parameter = "even:" + after.get("even") + ",odd:" + after.get("odd");
    try (GatewayClient gateway = GatewayClient.open(edge, app + "/1?after=" + parameter)) {
      int live = -1;
      while (live < 40) {
        JsonNode frame = JSON.readTree(gateway.next());
        if (frame.get("code").asInt() == 2006) {
          assertThat(live).as("2006 comes once").isNegative();
          live = 0;
        } else {
          assertThat(frame.get("code").asInt()).isEqualTo(2001);
          JsonNode message = frame.get("data");
          numbers
              .computeIfAbsent(message.get("groupId").asText(), id -> new ArrayList<>())
              .add(message.get("seq").asLong());
          live = live < 0 ? live : live + 1;
        }
      }
    }
    numbers.forEach((groupId, seqs) -> {
      for (int i = 0; i < seqs.size(); i++) {
        assertThat(seqs.get(i))
            .as("number %d of group %s", i, groupId)
            .isEqualTo(after.getOrDefault(groupId, 0L) + 1 + i);
      }
    });
    assertThat(numbers).containsOnlyKeys("even", "odd");
  }
}
