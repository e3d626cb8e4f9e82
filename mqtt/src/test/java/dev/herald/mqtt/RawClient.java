package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends bytes and reads packets, each within a deadline. Messages that come while
 * something else is awaited are kept. It acknowledges what it gets unless told not to. For one
 * thread.
 */
final class RawClient implements AutoCloseable {
  private static final int DEADLINE_MS = 10_000;

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private final int version;
  private final Deque<Received> inbox = new ArrayDeque<>();

  /** What was posted and is not acknowledged, and the codes of what is. */
  private final Map<Integer, Integer> posted = new HashMap<>();

  private final Map<Integer, Integer> outcomes = new HashMap<>();
  private boolean acknowledges = true;
  private int lastId;
  private @Nullable Received connack;

  private RawClient(Socket socket, int version) throws IOException {
    this.socket = socket;
    this.version = version;
    this.out = socket.getOutputStream();
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Opens a connection and sends nothing. */
  static RawClient open(int port, int version) {
    return open(port, version, 0);
  }

  /** Opens a connection with a receive buffer of so many bytes, 0 for the system's choice. */
  static RawClient open(int port, int version, int receiveBytes) {
    try {
      Socket socket = new Socket();
      if (receiveBytes > 0) {
        socket.setReceiveBufferSize(receiveBytes);
      }
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(DEADLINE_MS);
      return new RawClient(socket, version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes a socket that is connected; one of TLS makes its handshake when it first sends. */
  static RawClient over(Socket socket, int version) {
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(DEADLINE_MS);
      return new RawClient(socket, version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a connection and connects; the answer is {@link #connack()}. */
  static RawClient connect(int port, Wire.Hello hello) {
    RawClient client = open(port, hello.version);
    return client.connect(hello);
  }

  /** Connects; the answer is {@link #connack()}. */
  RawClient connect(Wire.Hello hello) {
    send(hello.toBytes());
    connack = await(PacketType.CONNACK);
    return this;
  }

  Received connack() {
    Received answer = connack;
    if (answer == null) {
      throw new AssertionError("not connected");
    }
    return answer;
  }

  int version() {
    return version;
  }

  /** Leaves messages unacknowledged from now on. */
  RawClient silent() {
    acknowledges = false;
    return this;
  }

  void send(byte[]... packets) {
    try {
      out.write(bytes((Object[]) packets));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- reading

  /** Reads a packet; null at the end of the connection. */
  @Nullable Received read() {
    try {
      int firstByte = in.read();
      if (firstByte < 0) {
        return null;
      }
      int length = 0;
      int size = 1;
      for (int shift = 0; ; shift += 7) {
        int next = in.read();
        if (next < 0) {
          throw new EOFException("in the middle of a packet");
        }
        size++;
        length |= (next & 0x7F) << shift;
        if (next < 0x80) {
          break;
        }
      }
      byte[] body = in.readNBytes(length);
      assertThat(body).as("the packet's rest").hasSize(length);
      return Received.read(version, firstByte, body, size + length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the next packet, which must come, whatever it is. */
  Received next() {
    Received packet = read();
    if (packet == null) {
      throw new AssertionError("closed while a packet was awaited");
    }
    return packet;
  }

  /** Reads on to a packet of a type; messages that come before it are kept. */
  Received await(int type) {
    while (true) {
      Received packet = read();
      if (packet == null) {
        throw new AssertionError("closed while packet type " + type + " was awaited");
      }
      if (packet.type() == type) {
        return packet;
      }
      handle(packet);
    }
  }

  private void handle(Received packet) {
    switch (packet.type()) {
      case PacketType.PUBLISH -> {
        inbox.add(packet);
        if (acknowledges && packet.qos() > 0) {
          send(Wire.ack(packet.qos() == 1 ? PacketType.PUBACK : PacketType.PUBREC, packet.id()));
        }
      }
      case PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBCOMP -> handleAnswer(packet);
      case PacketType.PUBREL -> {
        if (acknowledges) {
          send(Wire.ack(PacketType.PUBCOMP, packet.id()));
        }
      }
      default -> throw new AssertionError("not expected: " + packet);
    }
  }

  private void handleAnswer(Received packet) {
    if (!posted.containsKey(packet.id())) {
      throw new AssertionError("not expected: " + packet);
    }
    if (packet.type() == PacketType.PUBREC && packet.code() < 0x80) {
      posted.put(packet.id(), packet.code());
      send(Wire.ack(PacketType.PUBREL, packet.id()));
      return;
    }
    int received = posted.get(packet.id());
    posted.remove(packet.id());
    outcomes.put(packet.id(), packet.type() == PacketType.PUBCOMP ? received : packet.code());
  }

  /** Publishes and awaits nothing; returns the packet identifier, for {@link #outcome}. */
  int post(String topic, String payload, int qos) {
    return post(topic, payload, qos, Wire.NO_PROPERTIES);
  }

  /** Publishes and awaits nothing; returns the packet identifier, for {@link #outcome}. */
  int post(String topic, String payload, int qos, byte[] properties) {
    int id = qos == 0 ? 0 : nextId();
    if (qos > 0) {
      posted.put(id, 0);
    }
    send(Wire.publish(version, qos << 1, topic, id, properties, bytes(payload)));
    return id;
  }

  /** Takes part in the acknowledgement of what was posted; returns the reason code. */
  int outcome(int id) {
    while (!outcomes.containsKey(id)) {
      handle(next());
    }
    return outcomes.remove(id);
  }

  /** Fails if there was an acknowledgement of what was posted, or is before a PINGREQ's answer. */
  void expectNoOutcome(int id) {
    ping();
    assertThat(outcomes).doesNotContainKey(id);
  }

  /** Returns the next message. */
  Received message() {
    while (inbox.isEmpty()) {
      Received packet = read();
      if (packet == null) {
        throw new AssertionError("closed while a message was awaited");
      }
      handle(packet);
    }
    return inbox.remove();
  }

  /** Returns whether a message was read and not taken. */
  boolean hasMessage() {
    return !inbox.isEmpty();
  }

  /** Returns the payloads of the next messages. */
  List<String> payloads(int count) {
    List<String> payloads = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      payloads.add(message().payload());
    }
    return payloads;
  }

  /** Fails if a message came, or comes before the answer to a PINGREQ. */
  void expectNoMessage() {
    ping();
    assertThat(inbox).isEmpty();
  }

  void ping() {
    send(Wire.PINGREQ);
    Received _ = await(PacketType.PINGRESP);
  }

  /** Awaits the end of the connection; a client of 5.0 must be told this reason first. */
  Received expectEnd(int reason) {
    Received told = version >= 5 ? await(PacketType.DISCONNECT) : null;
    if (told != null) {
      assertThat(Integer.toHexString(told.code())).isEqualTo(Integer.toHexString(reason));
    }
    expectClosed();
    return told == null ? new Received(0, 0, 0, List.of(), "", java.util.Map.of(), "", 0) : told;
  }

  /** Awaits the end of the connection without another word. */
  void expectClosed() {
    try {
      Received packet = read();
      while (packet != null && packet.type() == PacketType.PUBLISH) {
        inbox.add(packet);
        packet = read();
      }
      assertThat(packet).as("a packet before the end").isNull();
    } catch (UncheckedIOException e) {
      assertThat(e.getCause()).isInstanceOf(SocketException.class);
    }
    close();
  }

  /** Awaits the end of the connection, whatever comes before it. */
  void expectClosedAfterAnything() {
    try {
      byte[] _ = in.readAllBytes();
    } catch (SocketException e) {
      // a reset is an end too
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    close();
  }

  // ---- what clients do

  int nextId() {
    lastId = lastId % 65_535 + 1;
    return lastId;
  }

  /** Publishes and takes part in the acknowledgement; returns the reason code. */
  int publish(String topic, String payload, int qos) {
    return publish(topic, payload, qos << 1, Wire.NO_PROPERTIES);
  }

  /** Publishes and takes part in the acknowledgement; returns the reason code. */
  int publish(String topic, String payload, int flags, byte[] properties) {
    int qos = (flags >> 1) & 3;
    int id = qos == 0 ? 0 : nextId();
    send(Wire.publish(version, flags, topic, id, properties, bytes(payload)));
    if (qos == 0) {
      return 0;
    }
    Received answer = await(qos == 1 ? PacketType.PUBACK : PacketType.PUBREC);
    assertThat(answer.id()).isEqualTo(id);
    if (qos == 2 && answer.code() < 0x80) {
      send(Wire.ack(PacketType.PUBREL, id));
      Received completed = await(PacketType.PUBCOMP);
      assertThat(completed.id()).isEqualTo(id);
      assertThat(completed.code()).isZero();
    }
    return answer.code();
  }

  void retain(String topic, String payload, int qos) {
    int _ = publish(topic, payload, (qos << 1) | 1, Wire.NO_PROPERTIES);
  }

  /** Subscribes with the same options to every filter; returns the reason codes. */
  List<Integer> subscribe(int options, String... filters) {
    return subscribe(Wire.NO_PROPERTIES, options, filters);
  }

  List<Integer> subscribe(byte[] properties, int options, String... filters) {
    int id = nextId();
    send(Wire.subscribe(version, id, properties, options, filters));
    Received answer = await(PacketType.SUBACK);
    assertThat(answer.id()).isEqualTo(id);
    return answer.codes();
  }

  List<Integer> unsubscribe(String... filters) {
    int id = nextId();
    send(Wire.unsubscribe(version, id, filters));
    Received answer = await(PacketType.UNSUBACK);
    assertThat(answer.id()).isEqualTo(id);
    return answer.codes();
  }

  /** Says DISCONNECT and awaits the server's end. */
  void disconnect() {
    send(Wire.packet(0xE0));
    expectClosed();
  }

  /** Drops the connection without a word, and awaits nothing. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends our side only. */
  void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
