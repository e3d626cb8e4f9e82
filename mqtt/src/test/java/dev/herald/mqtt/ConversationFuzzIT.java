package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static dev.herald.mqtt.codec.Bytes.text;
import static dev.herald.mqtt.codec.Bytes.u16;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Conversations of two clients that say anything: packets of every kind in any order, some of them
 * changed, in pieces of any size, with ends in the middle. Whatever they do, the server logs
 * nothing, loses no buffer, forgets no connection, and serves two other clients as ever.
 *
 * <p>A seed stands for the same conversations each time; one that found something stays.
 */
final class ConversationFuzzIT extends EdgeTest {
  private static final int CONVERSATIONS = 25;
  private static final int PACKETS_MAX = 40;
  private static final String[] NAMES = {"t", "t/1", "t/2", "/", "a/b/c"};
  private static final String[] FILTERS = {"t", "t/+", "#", "+/#", "$group/g", "$share/g/t"};
  private static final String[] ODD = {"", "t/#/x", "$x", "$share//t", "$SYS/#", "$group/g", "t+"};

  private Random random = new Random(0);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void anyConversation_harmsNobodyElse(long seed) throws IOException {
    random = new Random(seed);
    restart(
        "packetBytesMax",
        "4KiB",
        "queueBytesMax",
        "64KiB",
        "subscriptionsMax",
        "8",
        "receiveMax",
        "8");
    RawClient listener = edge.client(Wire.hello(5, "listener").user("well/behaved"));
    listener.subscribe(2, "#");
    RawClient speaker = edge.client(Wire.hello(5, "speaker").user("well/behaved"));
    for (int i = 0; i < CONVERSATIONS; i++) {
      converse();
      assertThat(speaker.publish("t", "seed " + seed + " " + i, 1 + i % 2)).isZero();
      assertThat(listener.message().payload()).isEqualTo("seed " + seed + " " + i);
    }
    listener.expectNoMessage();
    listener.ping();
    listener.disconnect();
    speaker.disconnect();
    edge.awaitMetric("herald_mqtt_connections", 0);
    assertThat(edge.metric("herald_mqtt_messages_received_total"))
        .as("much of what they say is understood")
        .isGreaterThan(2L * CONVERSATIONS);
    assertThat(edge.metric("herald_mqtt_protocol_errors_total")).isPositive();
    edge.clock.advance(Duration.ofDays(8));
    edge.pass(2);
    assertThat(edge.sessions()).as("every session expired").isZero();
    assertThat(edge.metric("herald_subscriptions")).isZero();
  }

  /**
   * Two clients of one app that take turns; what the server says to them is read and thrown away.
   */
  private void converse() throws IOException {
    int version = random.nextInt(3) == 0 ? 4 : 5;
    try (Socket one = open();
        Socket two = open()) {
      List<Socket> both = List.of(one, two);
      for (Socket socket : both) {
        say(socket, connect(version));
      }
      int packets = random.nextInt(PACKETS_MAX);
      for (int i = 0; i < packets; i++) {
        Socket socket = both.get(random.nextInt(2));
        say(socket, packet(version));
        hear(socket);
      }
      if (random.nextInt(4) > 0) {
        hearOut(one);
        hearOut(two);
      }
    }
  }

  private Socket open() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.port());
    socket.setTcpNoDelay(true);
    return socket;
  }

  /** Sends bytes, perhaps changed, perhaps in pieces; a server that closed is left alone. */
  private void say(Socket socket, byte[] packet) {
    byte[] said = random.nextInt(40) == 0 ? changed(packet) : packet;
    try {
      OutputStream out = socket.getOutputStream();
      int from = 0;
      while (from < said.length) {
        int size =
            random.nextInt(4) == 0 ? 1 + random.nextInt(said.length - from) : said.length - from;
        out.write(said, from, size);
        from += size;
      }
    } catch (IOException closed) {
      assertThat(socket.isConnected()).isTrue();
    }
  }

  private static void hear(Socket socket) throws IOException {
    int waiting = socket.getInputStream().available();
    if (waiting > 0) {
      int _ = socket.getInputStream().read(new byte[waiting]);
    }
  }

  /** Says no more, and reads what the server says to what it was sent, to the end. */
  private static void hearOut(Socket socket) {
    try {
      socket.setSoTimeout(20_000);
      socket.shutdownOutput();
      while (socket.getInputStream().read(new byte[4096]) >= 0) {
        // until the server ends it
      }
    } catch (SocketTimeoutException silent) {
      throw new AssertionError("the server keeps a connection whose client is gone", silent);
    } catch (IOException closed) {
      assertThat(socket.isConnected()).isTrue();
    }
  }

  private byte[] changed(byte[] packet) {
    byte[] bytes = packet.clone();
    return switch (random.nextInt(5)) {
      case 0 -> {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        yield bytes;
      }
      case 1 -> {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        yield bytes;
      }
      case 2 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 3 -> bytes(bytes, random.nextInt(256));
      default -> {
        byte[] noise = new byte[1 + random.nextInt(40)];
        random.nextBytes(noise);
        yield noise;
      }
    };
  }

  private byte[] connect(int version) {
    Wire.Hello hello =
        Wire.hello(version, random.nextInt(5) == 0 ? "" : "c" + random.nextInt(3)).user("wild/u");
    if (random.nextBoolean()) {
      hello.resume();
    }
    if (version >= 5) {
      hello.sessionExpiry(random.nextInt(3) * 100L).receiveMaximum(1 + random.nextInt(4));
      if (random.nextInt(3) == 0) {
        hello.maximumPacketSize(20 + random.nextInt(200));
      }
      if (random.nextInt(3) == 0) {
        hello.with(0x22, u16(random.nextInt(10)));
      }
    }
    if (random.nextInt(3) == 0) {
      hello.will(
          random.nextInt(20) == 0 ? "$x" : "t", "will", random.nextInt(3), random.nextBoolean());
    }
    return hello.toBytes();
  }

  private byte[] packet(int version) {
    int id = identifier();
    return switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4 -> publish(version);
      case 5, 6, 7 -> subscribe(version, id);
      case 8 -> Wire.unsubscribe(version, id, pick(FILTERS));
      case 9 -> answer(id);
      case 10, 11 -> Wire.packet(0x62, id >> 8, id);
      case 12, 13 -> Wire.packet(0xC0);
      case 14 -> random.nextInt(6) == 0 ? connect(version) : answer(id);
      default -> random.nextInt(6) == 0 ? Wire.packet(0xE0) : publish(version);
    };
  }

  /** An answer that fits no message, or the wrong one, as often as not. */
  private byte[] answer(int id) {
    int[] types = {PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBCOMP};
    return Wire.ack(types[random.nextInt(3)], id);
  }

  private byte[] publish(int version) {
    int qos = random.nextInt(3);
    int first = 0x30 | (random.nextInt(5) == 0 ? 8 : 0) | (qos << 1) | random.nextInt(2);
    List<byte[]> properties = new ArrayList<>();
    if (random.nextInt(4) == 0) {
      properties.add(Wire.expiry(random.nextInt(100)));
    }
    if (random.nextInt(4) == 0) {
      properties.add(Wire.alias(random.nextInt(30) == 0 ? 0 : 1 + random.nextInt(4)));
    }
    if (random.nextInt(6) == 0) {
      properties.add(Wire.userProperty("key", "k" + random.nextInt(3)));
    }
    byte[] payload = new byte[random.nextInt(20) == 0 ? random.nextInt(4200) : random.nextInt(30)];
    random.nextBytes(payload);
    return Wire.packet(
        first,
        text(pick(NAMES)),
        qos == 0 ? new byte[0] : u16(identifier()),
        Wire.properties(version, bytes(properties.toArray())),
        payload);
  }

  private byte[] subscribe(int version, int id) {
    List<Object> filters = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(3); i++) {
      filters.add(text(pick(FILTERS)));
      filters.add(random.nextInt(20) == 0 ? random.nextInt(256) : random.nextInt(3));
    }
    byte[] properties =
        random.nextInt(3) == 0 ? Wire.identifier(1 + random.nextInt(200)) : new byte[0];
    return Wire.packet(
        0x82, u16(id), Wire.properties(version, properties), bytes(filters.toArray()));
  }

  /** A packet identifier, seldom none. */
  private int identifier() {
    return random.nextInt(60) == 0 ? 0 : 1 + random.nextInt(6);
  }

  /** One of these, seldom one that is not valid everywhere. */
  private String pick(String[] usual) {
    String[] of = random.nextInt(30) == 0 ? ODD : usual;
    return of[random.nextInt(of.length)];
  }
}
