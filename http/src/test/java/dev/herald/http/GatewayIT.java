package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.herald.core.metric.Metrics;
import dev.herald.http.RawGateway.Frame;
import java.io.IOException;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayIT {
  private static final GatewaySettings SETTINGS =
      new GatewaySettings(100, 1 << 20, 512 << 10, Duration.ofSeconds(2));

  @TempDir static Path data;
  private static EdgeFixture edge;

  @BeforeAll
  static void start() throws IOException {
    edge = EdgeFixture.start(data, EdgeFixture.settings(SETTINGS));
  }

  @AfterAll
  static void stop() {
    edge.close();
  }

  private static String frame(String appId, String groupId, String content) {
    return String.format(
        Locale.ROOT,
        "{\"appId\":\"%s\",\"groupId\":\"%s\",\"userId\":\"u\",\"content\":\"%s\",\"type\":1}",
        appId,
        groupId,
        content);
  }

  private static long ended(String reason) {
    return edge.metrics.all().stream()
        .filter(Metrics.Counter.class::isInstance)
        .map(Metrics.Counter.class::cast)
        .filter(c -> c.name().equals("herald_gateways_ended_total"))
        .filter(c -> c.labelValue().equals(reason))
        .mapToLong(Metrics.Counter::value)
        .sum();
  }

  @Test
  void send_everyGatewayOfTheAppGetsIt_theSenderToo() throws Exception {
    try (GatewayClient sender = GatewayClient.open(edge, "all/1");
        GatewayClient other = GatewayClient.open(edge, "all/2");
        GatewayClient foreign = GatewayClient.open(edge, "all2/1")) {
      sender.send(frame("all", "g", "x"));
      String push = sender.next();
      assertThat(push)
          .matches(
              "\\{\"success\":true,\"code\":2001,\"message\":\"success\",\"data\":\\{"
                  + "\"messageId\":\"\\d+\",\"appId\":\"all\",\"groupId\":\"g\",\"userId\":\"u\","
                  + "\"content\":\"x\",\"createTime\":\\d{13},\"recallTime\":0,"
                  + "\"recallCause\":null,\"status\":1,\"type\":1,\"seq\":1}}");
      assertThat(other.next()).isEqualTo(push);
      foreign.send(frame("all2", "g", "own"));
      assertThat(foreign.next()).contains("\"appId\":\"all2\"").contains("\"content\":\"own\"");
    }
  }

  @Test
  void send_withClientMessageId_isAcknowledgedAndSafeToRepeat() throws Exception {
    String frame =
        "{\"appId\":\"ack\",\"groupId\":\"g\",\"userId\":\"u\",\"content\":\"once\","
            + "\"clientMessageId\":\"c1\"}";
    try (GatewayClient gateway = GatewayClient.open(edge, "ack/1")) {
      gateway.send(frame);
      String first = gateway.next();
      String second = gateway.next();
      assertThat(first + second).contains("\"code\":2001").contains("\"code\":2005");
      String acknowledged = first.contains("2005") ? first : second;
      assertThat(acknowledged).contains("\"content\":\"once\"").contains("\"seq\":1}}");
      gateway.send(frame);
      assertThat(gateway.next()).isEqualTo(acknowledged);
      gateway.send(frame("ack", "g", "next"));
      assertThat(gateway.next()).contains("\"code\":2001").contains("\"seq\":2}}");
    }
  }

  @Test
  void send_whatCannotBeRead_is4001NamingItAndTheConnectionStays() throws Exception {
    try (RawGateway gateway = RawGateway.connect(edge.edge.port(), "bad/1")) {
      assertThat(gateway.nextText()).contains("\"code\":2000");
      assertFails(gateway, "", "a JSON object is expected");
      assertFails(gateway, "[]", "a JSON object is expected");
      assertFails(gateway, "{\"appId\":", "the JSON cannot be read at line 1, column 10");
      assertFails(gateway, "{}", "appId is missing");
      assertFails(gateway, frame("bad", "", "x"), "groupId must have 1 to 127 characters");
      assertFails(gateway, frame("bad2", "g", "x"), "appId is not the app of this connection");
      assertFails(gateway, "{\"appId\":\"bad\",\"groupId\":1}", "groupId must be a JSON string");
      assertFails(
          gateway, frame("bad", "g", "x".repeat(65_536)), "content must have at most 65535 bytes");
      gateway.send(RawGateway.BINARY, frame("bad", "g", "x").getBytes(UTF_8));
      assertThat(gateway.nextText()).contains("\"code\":4001").contains("a text frame is expected");
      gateway.send(RawGateway.TEXT, new byte[] {'{', '"', (byte) 0xC3, '"', '}'});
      assertThat(gateway.nextText())
          .contains("\"code\":4001")
          .contains("the JSON is not valid UTF-8");
      gateway.send(RawGateway.TEXT, frame("bad", "g", "good").getBytes(UTF_8));
      assertThat(gateway.nextText()).contains("\"content\":\"good\"").contains("\"seq\":1}}");
    }
  }

  private static void assertFails(RawGateway gateway, String frame, String why) throws IOException {
    gateway.send(RawGateway.TEXT, frame.getBytes(UTF_8));
    assertThat(gateway.nextText())
        .startsWith("{\"success\":false,\"code\":4001,\"message\":\"fail in send: ")
        .contains(why)
        .endsWith("\"data\":null}");
  }

  @Test
  void send_inFragmentsWithAPingBetween_isOneMessage() throws Exception {
    byte[] whole = frame("frag", "g", "x".repeat(60_000)).getBytes(UTF_8);
    try (RawGateway gateway = RawGateway.connect(edge.edge.port(), "frag/1")) {
      assertThat(gateway.nextText()).contains("\"code\":2000");
      gateway.send(RawGateway.TEXT, Arrays.copyOf(whole, 30_000), false);
      gateway.send(RawGateway.PING, new byte[] {1, 2, 3});
      Frame pong = gateway.next();
      assertThat(pong.opcode()).isEqualTo(RawGateway.PONG);
      assertThat(pong.payload()).containsExactly(1, 2, 3);
      gateway.send(0, Arrays.copyOfRange(whole, 30_000, whole.length), true);
      assertThat(gateway.nextText()).contains("x".repeat(60_000));
    }
  }

  @Test
  void send_aFrameOverTheLimit_endsThatConnectionWith1009() throws Exception {
    try (RawGateway gateway = RawGateway.connect(edge.edge.port(), "big/1")) {
      assertThat(gateway.nextText()).contains("\"code\":2000");
      gateway.send(RawGateway.TEXT, new byte[(512 << 10) + 1]);
      Frame last = gateway.next();
      assertThat(last.opcode()).isEqualTo(RawGateway.CLOSE);
      assertThat(last.status()).isEqualTo(1009);
    }
  }

  @Test
  void send_fragmentsOverTheLimit_endThatConnectionWith1009() throws Exception {
    byte[] part = new byte[100 << 10];
    Arrays.fill(part, (byte) ' ');
    try (RawGateway gateway = RawGateway.connect(edge.edge.port(), "big/2")) {
      assertThat(gateway.nextText()).contains("\"code\":2000");
      gateway.send(RawGateway.TEXT, part, false);
      for (int i = 0; i < 5; i++) {
        gateway.send(0, part, false);
      }
      assertThat(gateway.nextText()).contains("\"code\":4000").contains("larger than allowed");
      assertThat(gateway.next().status()).isEqualTo(1009);
      assertThat(gateway.isEnded()).isTrue();
    }
  }

  @Test
  void connect_aSecondTime_endsTheFirstWith4000AndTheReason() throws Exception {
    long before = ended("replaced");
    try (GatewayClient first = GatewayClient.open(edge, "twice/1");
        GatewayClient second = GatewayClient.open(edge, "twice/1")) {
      assertThat(first.next())
          .isEqualTo(
              "{\"success\":false,\"code\":4000,\"message\":\"connection failed: replaced by a"
                  + " newer connection with the same gateway id\",\"data\":null}");
      assertThat(first.closed())
          .isEqualTo("1008 replaced by a newer connection with the same gateway id");
      second.send(frame("twice", "g", "still here"));
      assertThat(second.next()).contains("still here");
      assertThat(ended("replaced")).isEqualTo(before + 1);
    }
  }

  @Test
  void connect_namesThatOnlyLookAlike_areApart() throws Exception {
    try (GatewayClient one = GatewayClient.open(edge, "a-b/c");
        GatewayClient two = GatewayClient.open(edge, "a/b-c");
        GatewayClient upper = GatewayClient.open(edge, "A-B/c");
        GatewayClient space = GatewayClient.open(edge, "a-b%20/c");
        GatewayClient slash = GatewayClient.open(edge, "a-b%2F/c");
        GatewayClient wild = GatewayClient.open(edge, "a*/c")) {
      for (GatewayClient client : new GatewayClient[] {one, two, upper, space, slash, wild}) {
        assertThat(client.closed).isNotDone();
      }
      one.send(frame("a-b", "g", "1"));
      two.send(frame("a", "g", "2"));
      upper.send(frame("A-B", "g", "3"));
      space.send(frame("a-b ", "g", "4"));
      slash.send(frame("a-b/", "g", "5"));
      wild.send(frame("a*", "g", "6"));
      assertThat(one.next()).contains("\"content\":\"1\"");
      assertThat(two.next()).contains("\"content\":\"2\"");
      assertThat(upper.next()).contains("\"content\":\"3\"");
      assertThat(space.next()).contains("\"content\":\"4\"");
      assertThat(slash.next()).contains("\"content\":\"5\"");
      assertThat(wild.next()).contains("\"content\":\"6\"");
      for (GatewayClient client : new GatewayClient[] {one, two, upper, space, slash, wild}) {
        assertThat(client.frames).isEmpty();
      }
    }
  }

  @Test
  void connect_badIds_are4000ThenClose() throws Exception {
    assertRefused("x".repeat(128) + "/1", "appId must have 1 to 127 characters, it has 128");
    assertRefused("1/" + "x".repeat(128), "gatewayId must have 1 to 127 characters, it has 128");
    assertRefused("1/%FF", "gatewayId is not valid UTF-8");
    assertRefused("1/1?after=g", "after must be groupId:seq");
    assertRefused("1/1?after=g:x", "after must be a whole number");
    assertRefused("1/1?after=g:-1", "after must have numbers of 0 or greater");
    assertRefused("1/1?after=g:99", "after names number 99, which a group has not reached");
  }

  private static void assertRefused(String path, String why) throws Exception {
    try (GatewayClient gateway = GatewayClient.connect(edge, path)) {
      String frame = gateway.next();
      if (frame.contains("\"code\":2000")) {
        frame = gateway.next();
      }
      assertThat(frame)
          .startsWith("{\"success\":false,\"code\":4000,\"message\":\"connection failed: ")
          .contains(why);
      assertThat(gateway.closed()).matches("(1008|1013) .*");
    }
  }

  @Test
  void connect_originsOfOtherSites_areForbidden() throws Exception {
    int port = edge.edge.port();
    for (String origin :
        new String[] {
          "http://127.0.0.1:" + port, "http://localhost:3000", "https://chat.example.com"
        }) {
      try (GatewayClient gateway = GatewayClient.connect(edge, "origin/1", "Origin", origin)) {
        assertThat(gateway.next()).contains("\"code\":2000");
      }
    }
    for (String origin :
        new String[] {
          "https://evil.example.com",
          "http://localhost.evil.com",
          "null",
          "https://chat.example.com.evil"
        }) {
      assertThatThrownBy(() -> GatewayClient.connect(edge, "origin/2", "Origin", origin))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              WebSocketHandshakeException.class,
              refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(403));
    }
  }

  @Test
  void connect_whatIsNoWebSocket_is426() throws Exception {
    var answer = edge.get("/chat/message/broadcast/1/1");
    assertThat(answer.statusCode()).isEqualTo(426);
    assertThat(answer.body())
        .isEqualTo(
            "{\"success\":false,\"code\":-1,\"message\":\"this path is a WebSocket\","
                + "\"data\":null}");
  }

  @Test
  void gateway_thatDoesNotRead_isCutOffAloneAndCounted() throws Exception {
    long before = ended("slow");
    String content = "x".repeat(60_000);
    try (RawGateway stuck = RawGateway.connect(edge.edge.port(), "slow/stuck");
        GatewayClient good = GatewayClient.open(edge, "slow/good")) {
      assertThat(stuck.nextText()).contains("\"code\":2000");
      int sent = 0;
      while (ended("slow") == before) {
        assertThat(sent).as("messages until the cut").isLessThan(1000);
        edge.create(frame("slow", "g", content));
        assertThat(good.next()).contains("\"seq\":" + ++sent + "}}");
      }
      edge.create(frame("slow", "g", "after"));
      assertThat(good.next()).contains("\"content\":\"after\"");
      await().atMost(Duration.ofSeconds(10)).until(() -> edge.gatewayCount() == 1);
      assertThat(readTexts(stuck).getLast()).contains("too slow");
    }
  }

  /** What it was sent and what it is told to resume after leave no gap and no repeat. */
  @Test
  void gateway_thatWasCutOff_isToldWhereToResume() throws Exception {
    long before = ended("slow");
    String group = "g, %:群";
    try (RawGateway stuck = RawGateway.connect(edge.edge.port(), "told/1")) {
      assertThat(stuck.nextText()).contains("\"code\":2000");
      int created = 0;
      while (ended("slow") == before) {
        edge.create(frame("told", group, "x".repeat(60_000)));
        created++;
      }
      List<String> texts = readTexts(stuck);
      Matcher hint =
          Pattern.compile("; resume with after=(\\S+?):(\\d+)\"").matcher(texts.getLast());
      assertThat(hint.find()).as(texts.getLast()).isTrue();
      assertThat(hint.group(1)).isEqualTo("g%2C%20%25%3A%E7%BE%A4");
      long after = Long.parseLong(hint.group(2));
      assertThat(after).isEqualTo(texts.size() - 1).isLessThan(created);
      assertThat(texts.get((int) after - 1)).endsWith("\"seq\":" + after + "}}");
      try (GatewayClient back =
          GatewayClient.open(edge, "told/1?after=" + hint.group(1) + ":" + after)) {
        for (long seq = after + 1; seq <= created; seq++) {
          assertThat(back.next()).endsWith("\"seq\":" + seq + "}}");
        }
        assertThat(back.next()).contains("\"code\":2006");
      }
    }
  }

  @Test
  void gateway_thatNeverReadsAgain_losesItsConnection() throws Exception {
    long before = ended("slow");
    assertThat(edge.get("/health").statusCode()).isEqualTo(200);
    long connections = edge.connectionCount();
    try (RawGateway stuck = RawGateway.connect(edge.edge.port(), "stuck/1")) {
      assertThat(stuck.nextText()).contains("\"code\":2000");
      await().until(() -> edge.connectionCount() > connections);
      while (ended("slow") == before) {
        edge.create(frame("stuck", "g", "x".repeat(60_000)));
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> edge.connectionCount() <= connections);
    }
  }

  /** Reads what the sockets still hold; returns the texts before the connection ended. */
  private static List<String> readTexts(RawGateway gateway) throws IOException {
    List<String> texts = new ArrayList<>();
    try {
      for (Frame frame = gateway.next(); ; frame = gateway.next()) {
        if (frame.opcode() == RawGateway.TEXT) {
          texts.add(new String(frame.payload(), UTF_8));
        }
      }
    } catch (java.io.EOFException | java.net.SocketException ended) {
      return texts;
    }
  }

  @Test
  void gateway_thatIsSilent_isPingedThenEnded() throws Exception {
    long before = ended("dead");
    try (RawGateway silent = RawGateway.connect(edge.edge.port(), "silent/1");
        GatewayClient living = GatewayClient.open(edge, "silent/2")) {
      assertThat(silent.nextText()).contains("\"code\":2000");
      assertThat(silent.next().opcode()).isEqualTo(RawGateway.PING);
      await().atMost(Duration.ofSeconds(10)).until(() -> ended("dead") == before + 1);
      assertThat(readTexts(silent).getLast()).contains("no sign of life");
      living.send(frame("silent", "g", "alive"));
      assertThat(living.next()).contains("alive");
    }
  }

  @Test
  void gateway_thatPings_getsPongs() throws Exception {
    try (GatewayClient gateway = GatewayClient.open(edge, "ping/1")) {
      gateway.socket().sendPing(ByteBuffer.wrap("hello".getBytes(UTF_8))).join();
      assertThat(gateway.pongs.poll(10, java.util.concurrent.TimeUnit.SECONDS)).isEqualTo("hello");
    }
  }

  @Test
  void gateway_thatCloses_isForgotten() throws Exception {
    long before = ended("peer");
    try (GatewayClient gateway = GatewayClient.open(edge, "bye/1")) {
      gateway.socket().sendClose(1000, "bye").join();
      assertThat(gateway.closed()).startsWith("1000");
      await().atMost(Duration.ofSeconds(10)).until(() -> ended("peer") > before);
    }
  }
}
