package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** A WebSocket client that sends every frame it is told to, right or wrong. For one thread. */
final class WsClient implements AutoCloseable {
  static final String UPGRADE =
      """
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Version: 13\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      """;

  private static final int DEADLINE_MS = 10_000;
  private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;
  private final Deque<String> controls = new ArrayDeque<>();
  private byte[] mqtt = {};

  private WsClient(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  static WsClient open(int port) {
    try {
      Socket socket = new Socket();
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(DEADLINE_MS);
      return new WsClient(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes a socket that is connected. */
  static WsClient over(Socket socket) {
    try {
      socket.setSoTimeout(DEADLINE_MS);
      return new WsClient(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void send(byte[]... parts) {
    try {
      out.write(bytes((Object[]) parts));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks for a WebSocket; returns the head of the answer. */
  String handshake(String header) {
    send(bytes("GET /mqtt HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE + header + "\r\n\r\n"));
    return head();
  }

  /** Reads the head of an HTTP answer. */
  String head() {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    try {
      while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
        head.write(in.readByte());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(head.toString(StandardCharsets.US_ASCII), e);
    }
    return head.toString(StandardCharsets.US_ASCII);
  }

  /** Sends a frame, masked as a client must. */
  void frame(int firstByte, byte[]... payload) {
    send(frameBytes(firstByte, bytes((Object[]) payload)));
  }

  static byte[] frameBytes(int firstByte, byte[] payload) {
    byte[] masked = payload.clone();
    for (int i = 0; i < masked.length; i++) {
      masked[i] ^= MASK[i % 4];
    }
    int size = payload.length;
    byte[] length =
        size < 126
            ? bytes(0x80 | size)
            : size < 65_536
                ? bytes(0xFE, size >> 8, size)
                : bytes(0xFF, 0, 0, 0, 0, size >> 24, size >> 16, size >> 8, size);
    return bytes(firstByte, length, MASK, masked);
  }

  /** Reads the next packet of MQTT out of however many frames. */
  Received packet(int version) {
    while (true) {
      int length = 0;
      for (int i = 1; i < mqtt.length && i <= 4; i++) {
        length |= (mqtt[i] & 0x7F) << (7 * (i - 1));
        if (mqtt[i] >= 0) {
          int size = 1 + i + length;
          if (mqtt.length >= size) {
            byte[] body = java.util.Arrays.copyOfRange(mqtt, 1 + i, size);
            int first = mqtt[0] & 0xFF;
            mqtt = java.util.Arrays.copyOfRange(mqtt, size, mqtt.length);
            return Received.read(version, first, body, size);
          }
          break;
        }
      }
      if (!readFrame()) {
        throw new AssertionError("closed while a packet was awaited");
      }
    }
  }

  /** Reads the next control frame: "close 1000 why", "close" or "pong what". */
  String control() {
    while (controls.isEmpty()) {
      if (!readFrame()) {
        throw new AssertionError("closed while a control frame was awaited");
      }
    }
    return controls.remove();
  }

  private boolean readFrame() {
    try {
      int first = in.read();
      if (first < 0) {
        return false;
      }
      int second = in.readUnsignedByte();
      assertThat(second).as("a server does not mask").isLessThan(0x80);
      long length = second < 126 ? second : second == 126 ? in.readUnsignedShort() : in.readLong();
      byte[] payload = in.readNBytes((int) length);
      switch (first) {
        case 0x82 -> mqtt = bytes(mqtt, payload);
        case 0x88 ->
            controls.add(
                payload.length == 0
                    ? "close"
                    : "close "
                        + (((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF))
                        + " "
                        + new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8));
        case 0x8A -> controls.add("pong " + new String(payload, StandardCharsets.UTF_8));
        default -> throw new AssertionError("frame " + first);
      }
      return true;
    } catch (EOFException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Awaits the end without another packet. */
  void expectClosed() {
    try {
      assertThat(readFrame()).as("a frame before the end").isFalse();
    } catch (UncheckedIOException e) {
      assertThat(e.getCause()).isInstanceOf(SocketException.class);
    }
    assertThat(mqtt).as("MQTT before the end").isEmpty();
  }

  /** Reads whatever comes, to the end of the connection. */
  void readToEnd() {
    try {
      byte[] _ = in.readAllBytes();
    } catch (SocketException e) {
      // a reset is an end too
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void shutdownOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
