package dev.herald.it.harness;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A bare MQTT 5 connection that can do what no library lets a program do: refuse a message, leave
 * one unanswered, be gone without a word. For one thread.
 */
public final class PlainMqtt5 implements AutoCloseable {
  private static final int CONNECT = 0x10;
  private static final int CONNACK = 0x20;
  private static final int PUBLISH_QOS1 = 0x32;
  private static final int PUBACK = 0x40;
  private static final int SUBSCRIBE = 0x82;
  private static final int SUBACK = 0x90;
  private static final int DUPLICATE = 0x08;
  private static final int USER_PROPERTY = 0x26;
  private static final int RECEIVE_MAXIMUM = 0x21;

  private final Socket socket;
  private final DataInputStream in;
  private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();

  /**
   * Connects with a clean start, and is accepted.
   *
   * @param port of the server, on loopback
   * @param user the user name
   * @param receiveMaximum how many messages it takes unacknowledged
   * @throws IOException if it cannot connect
   */
  public PlainMqtt5(int port, String user, int receiveMaximum) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    try {
      socket.setTcpNoDelay(true);
      this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      Body body = new Body();
      body.text("MQTT");
      body.out.writeByte(5);
      body.out.writeByte(0x82); // user name, clean start
      body.out.writeShort(0);
      body.out.writeByte(3);
      body.out.writeByte(RECEIVE_MAXIMUM);
      body.out.writeShort(receiveMaximum);
      body.text("");
      body.text(user);
      send(CONNECT, body);
      flush();
      Packet answer = read();
      if (answer.first != CONNACK || answer.body[1] != 0) {
        throw new IOException("not accepted");
      }
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Subscribes at QoS 1, and is granted it. */
  public void subscribe(String filter) throws IOException {
    Body body = new Body();
    body.out.writeShort(1);
    body.out.writeByte(0);
    body.text(filter);
    body.out.writeByte(1);
    send(SUBSCRIBE, body);
    flush();
    Packet answer = read();
    if (answer.first != SUBACK || answer.body[answer.body.length - 1] != 1) {
      throw new IOException("not granted");
    }
  }

  /** Publishes at QoS 1 with a user property {@code key}; gathers it for {@link #flush}. */
  public void publish(String topic, int packetId, String key, String text, boolean again)
      throws IOException {
    Body properties = new Body();
    properties.out.writeByte(USER_PROPERTY);
    properties.text("key");
    properties.text(key);
    Body body = new Body();
    body.text(topic);
    body.out.writeShort(packetId);
    body.out.writeByte(properties.bytes.size());
    properties.bytes.writeTo(body.out);
    body.out.write(text.getBytes(StandardCharsets.UTF_8));
    send(again ? PUBLISH_QOS1 | DUPLICATE : PUBLISH_QOS1, body);
  }

  /** Acknowledges a message, or refuses it; gathers that for {@link #flush}. */
  public void acknowledge(int packetId, int reason) throws IOException {
    Body body = new Body();
    body.out.writeShort(packetId);
    body.out.writeByte(reason);
    send(PUBACK, body);
  }

  /** Sends what was gathered. */
  public void flush() throws IOException {
    gathered.writeTo(socket.getOutputStream());
    gathered.reset();
  }

  /** Reads the next packet; what is gathered is sent before that. */
  public Packet read() throws IOException {
    flush();
    int first = in.readUnsignedByte();
    int length = 0;
    int shift = 0;
    int next;
    do {
      next = in.readUnsignedByte();
      length |= (next & 0x7F) << shift;
      shift += 7;
    } while (next >= 0x80);
    byte[] body = new byte[length];
    in.readFully(body);
    return new Packet(first, body);
  }

  /** Is gone without a word. */
  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void send(int first, Body body) {
    gathered.write(first);
    int rest = body.bytes.size();
    while (rest >= 0x80) {
      gathered.write((rest & 0x7F) | 0x80);
      rest >>= 7;
    }
    gathered.write(rest);
    gathered.writeBytes(body.bytes.toByteArray());
  }

  /** What comes after a packet's length. */
  private static final class Body {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    void text(String text) throws IOException {
      out.writeUTF(text); // no character of a test is written in another way than in MQTT
    }
  }

  /** A packet from the server. */
  public static final class Packet {
    private final int first;
    private final byte[] body;

    private Packet(int first, byte[] body) {
      this.first = first;
      this.body = body;
    }

    /** Returns whether it is a message of QoS 1. */
    public boolean isMessage() {
      return (first & 0xF6) == (PUBLISH_QOS1 & 0xF6);
    }

    /** Returns whether it acknowledges a message. */
    public boolean isAcknowledgement() {
      return first == PUBACK;
    }

    /** Returns the packet identifier. */
    public int packetId() {
      int at = isMessage() ? 2 + topicLength() : 0;
      return ((body[at] & 0xFF) << 8) | (body[at + 1] & 0xFF);
    }

    /** Returns an acknowledgement's reason code. */
    public int reason() {
      return body.length > 2 ? body[2] & 0xFF : 0;
    }

    /** Returns a message's payload; its properties have less than 128 bytes. */
    public String text() {
      int properties = 4 + topicLength();
      int at = properties + 1 + body[properties];
      return new String(body, at, body.length - at, StandardCharsets.UTF_8);
    }

    private int topicLength() {
      return ((body[0] & 0xFF) << 8) | (body[1] & 0xFF);
    }
  }
}
