package dev.herald.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** A gateway on a bare socket: sends whatever bytes a test wants, and reads only when told. */
final class RawGateway implements AutoCloseable {
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;

  private RawGateway(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    this.out = new DataOutputStream(socket.getOutputStream());
  }

  static RawGateway connect(int port, String path) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(16 << 10);
    socket.setSoTimeout(15_000);
    socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    RawGateway gateway = new RawGateway(socket);
    gateway.out.write(
        ("GET /chat/message/broadcast/"
                + path
                + " HTTP/1.1\r\n"
                + "Host: localhost\r\n"
                + "Upgrade: websocket\r\n"
                + "Connection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
            .getBytes(US_ASCII));
    assertThat(gateway.line()).startsWith("HTTP/1.1 101");
    String header = gateway.line();
    while (!header.isEmpty()) {
      header = gateway.line();
    }
    return gateway;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.readByte(); c != '\n'; c = in.readByte()) {
      line.append((char) c);
    }
    return line.toString().strip();
  }

  /** Sends a whole message. */
  void send(int opcode, byte[] payload) throws IOException {
    send(opcode, payload, true);
  }

  /** Sends a frame, masked with zeros. */
  void send(int opcode, byte[] payload, boolean last) throws IOException {
    out.writeByte(opcode | (last ? FINAL : 0));
    if (payload.length < 126) {
      out.writeByte(MASKED | payload.length);
    } else if (payload.length < 1 << 16) {
      out.writeByte(MASKED | 126);
      out.writeShort(payload.length);
    } else {
      out.writeByte(MASKED | 127);
      out.writeLong(payload.length);
    }
    out.writeInt(0);
    out.write(payload);
    out.flush();
  }

  /** Returns the next frame. */
  Frame next() throws IOException {
    int opcode = in.readByte() & 0x0F;
    int length = in.readByte() & 0x7F;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = Math.toIntExact(in.readLong());
    }
    byte[] payload = new byte[length];
    in.readFully(payload);
    return new Frame(opcode, payload);
  }

  /** Returns the text of the next frame, which must be text. */
  String nextText() throws IOException {
    Frame frame = next();
    assertThat(frame.opcode).isEqualTo(TEXT);
    return new String(frame.payload, UTF_8);
  }

  /** Tells whether the server has closed the connection; waits for it. */
  boolean isEnded() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** A frame that was received. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Frame(int opcode, byte[] payload) {
    /** The status of a close frame. */
    int status() {
      return (payload[0] & 0xFF) << 8 | (payload[1] & 0xFF);
    }

    /** The reason of a close frame. */
    String reason() {
      return new String(payload, 2, payload.length - 2, UTF_8);
    }
  }
}
