package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that come and go in masses, end in the middle of anything, and share client identifiers
 * among the lanes. Nothing is left of them afterwards, not a buffer, and nobody else is harmed.
 */
final class StormIT extends EdgeTest {
  private static final int AT_ONCE = 8;
  private static final int ROUNDS = 100;
  private static final int IDENTIFIERS = 6;
  private static final int CROWD = 1500;
  private static final int PATIENCE_MS = 20_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void sharedIdentifiers_leaveNothing(long seed, @TempDir Path directory) throws Exception {
    try (Recording buffers = recordBuffers()) {
      restart("connectTimeout", "60s");
      RawClient listener = edge.client(Wire.hello(5, "listener").user("well/behaved"));
      listener.subscribe(1, "#");
      RawClient speaker = edge.client(Wire.hello(5, "speaker").user("well/behaved"));
      Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
      List<Thread> storm = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        Random random = new Random(seed * AT_ONCE + i);
        storm.add(Thread.ofPlatform().name("storm-" + i).start(() -> comeAndGo(random, failures)));
      }
      for (int i = 0; i < ROUNDS; i++) {
        assertThat(speaker.publish("t", "p" + i, 1)).isZero();
        assertThat(listener.message().payload()).isEqualTo("p" + i);
      }
      for (Thread thread : storm) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      listener.ping();
      listener.disconnect();
      speaker.disconnect();
      expectNothingLeft();
      edge.close();
      assertThat(outstanding(buffers, directory.resolve("buffers.jfr"))).isZero();
    }
  }

  private void expectNothingLeft() {
    edge.awaitMetric("herald_mqtt_connections", 0);
    assertThat(edge.metric("herald_mqtt_sessions_taken_over_total")).isPositive();
    edge.clock.advance(Duration.ofDays(8));
    edge.pass(2);
    assertThat(edge.sessions()).isZero();
    assertThat(edge.metric("herald_subscriptions")).isZero();
    edge.awaitMetric("herald_consumer_groups", 0);
    assertThat(edge.metric("herald_consumer_members")).isZero();
    assertThat(edge.metric("herald_consumer_waiting_bytes")).isZero();
  }

  private void comeAndGo(Random random, Queue<Throwable> failures) {
    List<Socket> staying = new ArrayList<>();
    try {
      for (int i = 0; i < ROUNDS; i++) {
        comeAndGo(random, staying);
      }
      for (Socket socket : staying) {
        socket.close();
      }
    } catch (IOException | AssertionError failure) {
      failures.add(failure);
    }
  }

  private void comeAndGo(Random random, List<Socket> staying) throws IOException {
    // what ends it is this method's way to go, or it stays until the thread's end
    @SuppressWarnings("resource")
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.port());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MS);
    byte[] connect = connect(random);
    byte[] said = bytes(connect, conversation(random, connect[8]));
    switch (random.nextInt(6)) {
      case 0 -> {
        send(socket, Arrays.copyOf(connect, random.nextInt(connect.length)));
        socket.setSoLinger(true, 0);
        socket.close();
      }
      case 1 -> {
        send(socket, Arrays.copyOf(said, random.nextInt(said.length)));
        socket.close();
      }
      case 2 -> {
        send(socket, said);
        socket.setSoLinger(true, 0);
        socket.close();
      }
      case 3 -> {
        send(socket, said);
        socket.shutdownOutput();
        readToTheEnd(socket);
      }
      case 4 -> {
        send(socket, bytes(said, Wire.packet(PacketType.DISCONNECT << 4)));
        readToTheEnd(socket);
      }
      default -> {
        send(socket, said);
        staying.add(socket);
      }
    }
  }

  /** Sends what a server that took the client identifier over to another may not read any more. */
  private static void send(Socket socket, byte[] said) {
    try {
      socket.getOutputStream().write(said);
    } catch (IOException closed) {
      assertThat(socket.isConnected()).isTrue();
    }
  }

  private static void readToTheEnd(Socket socket) throws IOException {
    try (socket;
        InputStream in = socket.getInputStream()) {
      byte[] read = new byte[4096];
      while (in.read(read) >= 0) {
        // until the server ends it
      }
    } catch (SocketTimeoutException silent) {
      throw new AssertionError("the server keeps a connection whose client is gone", silent);
    } catch (IOException reset) {
      assertThat(socket.isClosed()).isTrue();
    }
  }

  private static byte[] connect(Random random) {
    int version = random.nextInt(3) == 0 ? 4 : 5;
    String clientId = "c" + random.nextInt(IDENTIFIERS);
    Wire.Hello hello =
        random.nextBoolean() ? Wire.hello(version, clientId) : Wire.lasting(version, clientId);
    if (random.nextInt(3) == 0 && version >= 5) {
      hello.willAfter(random.nextInt(3), "t", "will");
    }
    return hello.user("wild/u").toBytes();
  }

  private static byte[] conversation(Random random, int version) {
    String filter = random.nextBoolean() ? "#" : "$share/g/t";
    byte[] said = Wire.subscribe(version, 1, Wire.NO_PROPERTIES, 1 + random.nextInt(2), filter);
    for (int i = random.nextInt(6); i > 0; i--) {
      said = bytes(said, Wire.publish(version, random.nextInt(3), "t", i, "x".repeat(i * 300)));
    }
    return said;
  }

  @Test
  void crowd_thatComesAtOnceAndSaysHalfIsLetGoOf() throws IOException {
    RawClient present = edge.client(5, "present");
    byte[] connect = Wire.hello(5, "crowd").toBytes();
    List<Socket> crowd = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), edge.port());
      crowd.add(socket);
      send(socket, Arrays.copyOf(connect, i % connect.length));
    }
    edge.awaitMetric("herald_mqtt_connections", CROWD + 1L);
    present.ping();
    edge.pass(60);
    edge.awaitMetric("herald_mqtt_connections", 1);
    assertThat(edge.limit("connectTimeout")).isEqualTo(CROWD);
    present.ping();
    for (Socket socket : crowd) {
      socket.setSoTimeout(PATIENCE_MS);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      socket.close();
    }
  }

  // ---- buffers

  private static Recording recordBuffers() {
    Recording recording = new Recording();
    recording.enable("io.netty.AllocateBuffer").withoutStackTrace();
    recording.enable("io.netty.ReallocateBuffer").withoutStackTrace();
    recording.enable("io.netty.FreeBuffer").withoutStackTrace();
    recording.start();
    return recording;
  }

  /** Returns how many of the buffers that were made were not freed. */
  private static long outstanding(Recording recording, Path file) throws IOException {
    recording.stop();
    recording.dump(file);
    long made = 0;
    long freed = 0;
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        switch (events.readEvent().getEventType().getName()) {
          case "io.netty.AllocateBuffer" -> made++;
          // a buffer that grows is made once more, and not freed in between
          case "io.netty.ReallocateBuffer" -> made--;
          case "io.netty.FreeBuffer" -> freed++;
          default -> {}
        }
      }
    }
    assertThat(made).as("buffers are seen").isGreaterThan(ROUNDS);
    return made - freed;
  }
}
