package dev.herald.it.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A bare TCP connection to the server, for bytes that no client library would send. */
public final class Wire implements AutoCloseable {
  private static final int READ_MS_MAX = 20_000;

  private final Socket socket;

  private Wire(Socket socket) {
    this.socket = socket;
  }

  /** Connects to a port on loopback. */
  public static Wire to(int port) {
    try {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(READ_MS_MAX);
      socket.setTcpNoDelay(true);
      return new Wire(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes from hexadecimal digits; spaces may stand between. */
  public static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /** Sends bytes; a connection that the server has closed already is not an error. */
  public Wire send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (SocketException closedAlready) {
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Sends bytes given as hexadecimal digits. */
  public Wire send(String hex) {
    return send(bytes(hex));
  }

  /** Sends text. */
  public Wire sendText(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Tells the server that nothing more comes. */
  public Wire sendEnd() {
    try {
      socket.shutdownOutput();
    } catch (SocketException closedAlready) {
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Reads exactly so many bytes, as hexadecimal digits. */
  public String read(int count) {
    try {
      byte[] bytes = socket.getInputStream().readNBytes(count);
      return HexFormat.of().formatHex(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads until the server ends the connection.
   *
   * @return what it sent
   * @throws AssertionError if it does not end it
   */
  public byte[] readToEnd() {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try {
      InputStream in = socket.getInputStream();
      for (int b = in.read(); b >= 0; b = in.read()) {
        read.write(b);
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError(
          "the server keeps the connection; it sent "
              + HexFormat.of().formatHex(read.toByteArray()),
          e);
    } catch (SocketException reset) {
      return read.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read.toByteArray();
  }

  /** Reads until the server ends the connection; what it sent as hexadecimal digits. */
  public String hexToEnd() {
    return HexFormat.of().formatHex(readToEnd());
  }

  /** Reads until the server ends the connection; what it sent as text. */
  public String textToEnd() {
    return new String(readToEnd(), StandardCharsets.UTF_8);
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
