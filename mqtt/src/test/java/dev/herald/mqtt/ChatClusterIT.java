package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import dev.herald.testkit.MutableClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A chat whose participants are connected to two nodes, which share a registry and a bus. */
final class ChatClusterIT {
  private static final int USER_PROPERTY = 0x26;

  private final LogWatch log = LogWatch.start();
  private final TestEdge.Cluster cluster =
      new TestEdge.Cluster(MutableClock.atMs(1_800_000_000_000L));
  private final TestEdge owner = new TestEdge(cluster);
  private final TestEdge other = new TestEdge(cluster);
  private final RawClient ann = owner.client(5, "ann");

  ChatClusterIT() {
    assertThat(ann.subscribe(1, "$chat/c")).containsExactly(1);
    assertThat(ann.message().payload()).isEqualTo("joined 1 ann 1");
  }

  @AfterEach
  void nothingIsLogged() {
    owner.close();
    other.close();
    log.close();
    log.expectNothing();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void relay_theClientNeverNotices(int version) {
    RawClient bob = other.client(version, "bob");
    assertThat(bob.subscribe(1, "$chat/c")).containsExactly(1);
    assertThat(bob.message().payload()).isEqualTo("joined 2 bob 2");
    assertThat(bob.publish("$chat/c", "from afar", 1)).isZero();
    assertThat(bob.publish("$chat/c", "and again", 2)).isZero();
    assertThat(ann.publish("$chat/c", "hello", 1)).isZero();
    assertThat(ann.payloads(3)).containsExactly("joined 2 bob 2", "from afar", "and again");
    assertThat(bob.message().payload()).isEqualTo("hello");
    bob.expectNoMessage();
    bob.disconnect();
    assertThat(ann.message().payload()).isEqualTo("left 6 bob 1");
    other.awaitMetric("herald_chats", 0);
  }

  @Test
  void redirect_forAClientThatSaysItGoes() {
    RawClient bob = other.client(Wire.hello(5, "bob").with(Wire.userProperty("redirect", "1")));
    bob.send(Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 1, "$chat/c"));
    Received refused = bob.await(PacketType.SUBACK);
    assertThat(refused.codes()).containsExactly(Reason.IMPLEMENTATION_SPECIFIC_ERROR);
    assertThat(refused.property(USER_PROPERTY))
        .containsExactly("status=307", "location=mqtt://127.0.0.1:" + owner.port());
    // a chat that nobody owns is anybody's
    assertThat(bob.subscribe(1, "$chat/new")).containsExactly(1);
    RawClient there = owner.client(5, "bob");
    assertThat(there.subscribe(1, "$chat/c")).containsExactly(1);
    assertThat(ann.message().payload()).isEqualTo("joined 2 bob 2");
  }

  @Test
  void redirect_saysAsMuchAsTheClientTakes() {
    byte[] redirect = Wire.userProperty("redirect", "1");
    RawClient small = other.client(Wire.hello(5, "s").with(redirect).maximumPacketSize(60));
    small.send(Wire.subscribe(5, 1, Wire.NO_PROPERTIES, 1, "$chat/c"));
    Received location = small.await(PacketType.SUBACK);
    assertThat(location.codes()).containsExactly(Reason.IMPLEMENTATION_SPECIFIC_ERROR);
    assertThat(location.size()).isLessThanOrEqualTo(60);
    // who may not be told anything in an acknowledgement cannot be sent anywhere
    RawClient silent = other.client(Wire.hello(5, "n").with(redirect).noReasons());
    assertThat(silent.subscribe(1, "$chat/c")).containsExactly(1);
    RawClient unwilling = other.client(Wire.hello(5, "u").with(Wire.userProperty("redirect", "0")));
    assertThat(unwilling.subscribe(1, "$chat/c")).containsExactly(1);
  }

  @Test
  void handshake_forAChatOfAnotherNode_isAnsweredWithItsPlace() {
    try (WsClient browser = WsClient.open(other.wsPort())) {
      browser.send(
          bytes(
              "GET /mqtt?chat=c HTTP/1.1\r\nHost: localhost\r\n"
                  + WsClient.UPGRADE
                  + "Sec-WebSocket-Protocol: mqtt\r\n\r\n"));
      assertThat(browser.head())
          .startsWith("HTTP/1.1 307 ")
          .contains("ws://127.0.0.1:" + owner.wsPort() + "/mqtt?chat=c");
    }
    try (WsClient browser = WsClient.open(owner.wsPort())) {
      browser.send(
          bytes(
              "GET /mqtt?chat=c HTTP/1.1\r\nHost: localhost\r\n"
                  + WsClient.UPGRADE
                  + "Sec-WebSocket-Protocol: mqtt\r\n\r\n"));
      assertThat(browser.head()).startsWith("HTTP/1.1 101 ");
    }
  }

  @Test
  void ownerGone_participantsAreTold_andMayBeginAnew() {
    RawClient bob = other.client(5, "bob");
    bob.subscribe(1, "$chat/c");
    assertThat(bob.message().payload()).isEqualTo("joined 2 bob 2");
    owner.close();
    other.pass(1);
    assertThat(bob.message().payload()).isEqualTo("ownerLost 0 - 0");
    assertThat(bob.publish("$chat/c", "anybody?", 1)).isEqualTo(Reason.NOT_AUTHORIZED);
    assertThat(bob.subscribe(1, "$chat/c")).containsExactly(1);
    assertThat(bob.message().payload()).isEqualTo("joined 1 bob 1");
  }

  @Test
  void severalAtBothNodes_hearTheSameInTheSameOrder() {
    RawClient[] all = new RawClient[4];
    byte[] echo = Wire.userProperty("echo", "1");
    for (int i = 0; i < all.length; i++) {
      all[i] = (i % 2 == 0 ? owner : other).client(5, "p" + i);
      assertThat(all[i].subscribe(echo, 1, "$chat/c")).containsExactly(1);
    }
    for (int i = 0; i < 50; i++) {
      for (int k = 0; k < all.length; k++) {
        String word = "word " + i + " of p" + k;
        all[k].send(Wire.publish(5, 1, "$chat/c", all[k].nextId(), word));
      }
    }
    List<String> heard = ann.payloads(4 + 200);
    assertThat(heard).filteredOn(word -> word.startsWith("word 7 ")).hasSize(4);
    for (int i = 0; i < all.length; i++) {
      int acknowledged = 0;
      List<String> own = new ArrayList<>();
      while (acknowledged < 50 || own.size() < 204 - i) {
        Received packet = all[i].next();
        if (packet.type() == PacketType.PUBACK) {
          assertThat(packet.code()).isZero();
          acknowledged++;
        } else {
          own.add(packet.payload());
        }
      }
      assertThat(own).isEqualTo(heard.subList(i, heard.size()));
    }
  }
}
