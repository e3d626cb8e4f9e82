package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connections that follow their session to another loop. */
final class MovingIT extends EdgeTest {
  MovingIT() {
    restart("loops", "4");
  }

  @Test
  void packetsRightBehindConnect_areObeyedInOrderOnTheOtherLoop() {
    RawClient first = edge.client(lasting("c"));
    first.subscribe(1, "t");
    first.disconnect();
    // one of every four connections begins on the session's loop, the others move
    for (int round = 0; round < 12; round++) {
      byte[] all = bytes(lasting("c").toBytes());
      for (int i = 1; i <= 50; i++) {
        all = bytes(all, Wire.publish(5, 1, "t", i, "" + i));
      }
      RawClient client = edge.open(5);
      client.send(bytes(all, Wire.PINGREQ));
      assertThat(client.await(PacketType.CONNACK).sessionPresent()).isTrue();
      for (int i = 1; i <= 50; i++) {
        assertThat(client.await(PacketType.PUBACK).id()).isEqualTo(i);
        assertThat(client.message().payload()).isEqualTo("" + i);
      }
      Received _ = client.await(PacketType.PINGRESP);
      client.disconnect();
    }
  }

  @Test
  void packetsRightBehindConnect_ofAnySizeAndCut() {
    RawClient first = edge.client(lasting("c"));
    first.subscribe(0, "t");
    first.disconnect();
    String large = "x".repeat(300_000);
    for (int round = 0; round < 8; round++) {
      RawClient client = edge.open(5);
      client.send(bytes(lasting("c").toBytes(), Wire.publish(5, 0, "t", 0, large)));
      client.send(Wire.publish(5, 0, "t", 0, "small"));
      assertThat(client.await(PacketType.CONNACK).sessionPresent()).isTrue();
      assertThat(client.message().payload()).isEqualTo(large);
      assertThat(client.message().payload()).isEqualTo("small");
      client.disconnect();
    }
  }

  @Test
  void peerThatClosesWhileItsConnectionMoves() {
    RawClient first = edge.client(lasting("c"));
    first.disconnect();
    for (int round = 0; round < 40; round++) {
      RawClient client = edge.open(5);
      client.send(lasting("c").toBytes());
      if (round % 2 == 0) {
        client.shutdownOutput();
      }
      client.close();
    }
    edge.awaitMetric("herald_mqtt_connections", 0);
    RawClient again = edge.client(lasting("c"));
    assertThat(again.connack().sessionPresent()).isTrue();
    assertThat(edge.sessions()).isEqualTo(1);
  }

  @Test
  void thousandConnections_ofOneClientIdLeaveOneConnected() throws InterruptedException {
    takeOverByAThousand(lasting("same"));
    assertThat(edge.sessions()).isEqualTo(1);
  }

  @Test
  void thousandConnections_ofOneClientIdWithCleanStartsLeaveOneConnected()
      throws InterruptedException {
    takeOverByAThousand(Wire.hello(4, "same"));
  }

  private void takeOverByAThousand(Wire.Hello hello) throws InterruptedException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      clients.add(edge.open(hello.version));
    }
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int from = t * 250;
      threads.add(
          Thread.ofPlatform()
              .name("storm-" + t)
              .start(() -> {
                for (RawClient client : clients.subList(from, from + 250)) {
                  client.send(hello.toBytes());
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (RawClient client : clients) {
      assertThat(client.await(PacketType.CONNACK).code()).as("nobody is turned away").isZero();
    }
    edge.awaitMetric("herald_mqtt_sessions_taken_over_total", 999);
    // one of them is left; one more takes over from it
    RawClient last = edge.client(hello);
    for (RawClient client : clients) {
      client.expectEnd(Reason.SESSION_TAKEN_OVER);
    }
    edge.awaitMetric("herald_mqtt_connections", 1);
    assertThat(edge.metric("herald_mqtt_sessions_taken_over_total")).isEqualTo(1000);
    last.ping();
    last.disconnect();
    edge.awaitMetric("herald_mqtt_connections", 0);
  }

  private static Wire.Hello lasting(String clientId) {
    return Wire.hello(5, clientId).resume().sessionExpiry(1000);
  }
}
