package dev.herald.it;

import static com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE;
import static com.hivemq.client.mqtt.datatypes.MqttQos.AT_MOST_ONCE;
import static com.hivemq.client.mqtt.datatypes.MqttQos.EXACTLY_ONCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult.Mqtt5Qos1Result;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Link;
import dev.herald.it.harness.Mqtt5;
import dev.herald.it.harness.SharedHerald;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT 5 with HiveMQ's client library. */
@ExtendWith(SharedHerald.class)
class Mqtt5LibraryIT {
  private final HeraldProcess server;
  private final String app = SharedHerald.freshApp();

  Mqtt5LibraryIT(HeraldProcess server) {
    this.server = server;
  }

  @Test
  void message_isRelayedAtEveryQos() {
    try (var sub = Mqtt5.connected(server, app).subscribe("t/#", EXACTLY_ONCE);
        var pub = Mqtt5.connected(server, app)) {
      for (MqttQos qos : MqttQos.values()) {
        pub.publish("t/" + qos.getCode(), qos, "m" + qos.getCode());
        Mqtt5Publish message = sub.next();

        assertThat(message.getTopic()).hasToString("t/" + qos.getCode());
        assertThat(message.getQos()).isEqualTo(qos);
        assertThat(Mqtt5.text(message)).isEqualTo("m" + qos.getCode());
      }
    }
  }

  @Test
  void publish_withoutSubscriber_isToldSo() {
    try (var pub = Mqtt5.connected(server, app)) {
      Mqtt5Qos1Result result = (Mqtt5Qos1Result) pub.publish("nobody", AT_LEAST_ONCE, "m");

      assertThat(result.getPubAck().getReasonCode())
          .isEqualTo(Mqtt5PubAckReasonCode.NO_MATCHING_SUBSCRIBERS);
    }
  }

  @Test
  void properties_travelWithTheMessage() {
    try (var sub = Mqtt5.connected(server, app).subscribe("t", AT_LEAST_ONCE);
        var pub = Mqtt5.connected(server, app)) {
      pub.client()
          .publishWith()
          .topic("t")
          .qos(AT_LEAST_ONCE)
          .contentType("text/plain")
          .payloadFormatIndicator(
              com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator.UTF_8)
          .userProperties()
          .add("a", "1")
          .add("b", "2")
          .add("a", "3")
          .applyUserProperties()
          .messageExpiryInterval(100)
          .payload("m".getBytes(UTF_8))
          .send();
      Mqtt5Publish message = sub.next();

      assertThat(message.getContentType()).map(Object::toString).hasValue("text/plain");
      assertThat(message.getPayloadFormatIndicator()).isPresent();
      assertThat(message.getUserProperties().asList())
          .extracting(p -> p.getName() + "=" + p.getValue())
          .containsExactly("a=1", "b=2", "a=3");
      assertThat(message.getMessageExpiryInterval().orElse(0)).isBetween(90L, 100L);
    }
  }

  @Test
  void request_isAnsweredToItsResponseTopic() {
    try (var service = Mqtt5.connected(server, app).subscribe("ask", AT_LEAST_ONCE);
        var client = Mqtt5.connected(server, app).subscribe("answer/me", AT_LEAST_ONCE)) {
      client
          .client()
          .publishWith()
          .topic("ask")
          .qos(AT_LEAST_ONCE)
          .responseTopic("answer/me")
          .correlationData(new byte[] {0, 1, 2})
          .payload("6 x 7".getBytes(UTF_8))
          .send();
      Mqtt5Publish request = service.next();
      service
          .client()
          .publishWith()
          .topic(request.getResponseTopic().orElseThrow())
          .qos(AT_LEAST_ONCE)
          .correlationData(request.getCorrelationData().orElseThrow())
          .payload("42".getBytes(UTF_8))
          .send();
      Mqtt5Publish answer = client.next();

      assertThat(Mqtt5.text(answer)).isEqualTo("42");
      assertThat(answer.getCorrelationData().orElseThrow().remaining()).isEqualTo(3);
    }
  }

  @Test
  void responseInformation_isWhereResponsesReachTheClientOnly() {
    try (var asker = Mqtt5.of(Mqtt5.builder(server, app).identifier("asker"));
        var service = Mqtt5.connected(server, app).subscribe("#", AT_LEAST_ONCE)) {
      String own =
          asker
              .client()
              .connectWith()
              .restrictions()
              .requestResponseInformation(true)
              .applyRestrictions()
              .send()
              .getResponseInformation()
              .orElseThrow()
              .toString();
      assertThat(own).isEqualTo("$reply/asker/");
      asker.subscribe(own + "#", AT_LEAST_ONCE);
      service.publish(own + "1", AT_LEAST_ONCE, "42");
      assertThat(asker.nextText()).isEqualTo("42");
      service.publish("fence", AT_LEAST_ONCE, "fence");
      assertThat(service.nextText()).isEqualTo("fence");
    }
  }

  @Test
  void noLocal_keepsOwnMessagesAway() {
    try (var client = Mqtt5.connected(server, app);
        var other = Mqtt5.connected(server, app)) {
      client.client().subscribeWith().topicFilter("t").noLocal(true).qos(AT_LEAST_ONCE).send();
      client.publish("t", AT_LEAST_ONCE, "own");
      other.publish("t", AT_LEAST_ONCE, "other");

      assertThat(client.nextText()).isEqualTo("other");
    }
  }

  @Test
  void retainHandling_decidesWhetherRetainedMessagesAreSent() {
    try (var pub = Mqtt5.connected(server, app);
        var sub = Mqtt5.connected(server, app)) {
      pub.client()
          .publishWith()
          .topic("r/1")
          .qos(AT_LEAST_ONCE)
          .retain(true)
          .payload("kept".getBytes(UTF_8))
          .send();

      subscribe(sub, Mqtt5RetainHandling.DO_NOT_SEND);
      pub.publish("r/fence", AT_LEAST_ONCE, "fence 1");
      assertThat(sub.nextText()).isEqualTo("fence 1");

      subscribe(sub, Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST);
      pub.publish("r/fence", AT_LEAST_ONCE, "fence 2");
      assertThat(sub.nextText()).isEqualTo("fence 2");

      subscribe(sub, Mqtt5RetainHandling.SEND);
      Mqtt5Publish retained = sub.next();
      assertThat(Mqtt5.text(retained)).isEqualTo("kept");
      assertThat(retained.isRetain()).isTrue();
    }
  }

  private static void subscribe(Mqtt5 client, Mqtt5RetainHandling handling) {
    client
        .client()
        .subscribeWith()
        .topicFilter("r/#")
        .qos(AT_LEAST_ONCE)
        .retainHandling(handling)
        .retainAsPublished(true)
        .send();
  }

  @Test
  void session_isResumedWithItsSubscriptionsAndMessages() {
    try (var pub = Mqtt5.connected(server, app)) {
      try (var first = Mqtt5.of(Mqtt5.builder(server, app).identifier("keeper"))) {
        assertThat(first.resume().isSessionPresent()).isFalse();
        first.subscribe("t/#", EXACTLY_ONCE);
      }
      pub.publish("t/1", AT_LEAST_ONCE, "one");
      pub.publish("t/2", EXACTLY_ONCE, "two");
      try (var second = Mqtt5.of(Mqtt5.builder(server, app).identifier("keeper"))) {
        assertThat(second.resume().isSessionPresent()).isTrue();
        assertThat(List.of(second.nextText(), second.nextText())).containsExactly("one", "two");
        second.client().disconnectWith().sessionExpiryInterval(0).send();
      }
      try (var third = Mqtt5.of(Mqtt5.builder(server, app).identifier("keeper"))) {
        assertThat(third.resume().isSessionPresent()).isFalse();
      }
    }
  }

  @Test
  void cleanStart_discardsTheSession() {
    try (var first = Mqtt5.of(Mqtt5.builder(server, app).identifier("keeper"))) {
      first.resume();
      first.subscribe("t", AT_LEAST_ONCE);
    }
    try (var pub = Mqtt5.connected(server, app);
        var second = Mqtt5.of(Mqtt5.builder(server, app).identifier("keeper"))) {
      pub.publish("t", AT_LEAST_ONCE, "to the old session");
      assertThat(second.client().connectWith().cleanStart(true).send().isSessionPresent())
          .isFalse();
      second.subscribe("t", AT_LEAST_ONCE);
      pub.publish("t", AT_LEAST_ONCE, "to the new one");

      assertThat(second.nextText()).isEqualTo("to the new one");
    }
  }

  @Test
  void expiredMessages_areNotDelivered() {
    try (var keeper = Mqtt5.of(Mqtt5.builder(server, app).identifier("keeper"))) {
      keeper.resume();
      keeper.subscribe("t", AT_LEAST_ONCE);
    }
    try (var pub = Mqtt5.connected(server, app)) {
      publishForASecond(pub, "t", false);
      publishForASecond(pub, "retained", true);
      pub.publish("t", AT_LEAST_ONCE, "lasting");
      await().atMost(Duration.ofSeconds(10)).until(() -> !isRetained(pub));
    }
    try (var keeper = Mqtt5.of(Mqtt5.builder(server, app).identifier("keeper"))) {
      keeper.resume();

      assertThat(keeper.nextText()).isEqualTo("lasting");
    }
  }

  private static void publishForASecond(Mqtt5 pub, String topic, boolean retain) {
    pub.client()
        .publishWith()
        .topic(topic)
        .qos(AT_LEAST_ONCE)
        .retain(retain)
        .messageExpiryInterval(1)
        .payload("short-lived".getBytes(UTF_8))
        .send();
  }

  /** Whether a fresh subscriber is given the retained message before what is published after. */
  private boolean isRetained(Mqtt5 pub) {
    try (var fresh = Mqtt5.connected(server, app).subscribe("retained", AT_LEAST_ONCE)) {
      pub.publish("retained", AT_LEAST_ONCE, "live");
      return !fresh.nextText().equals("live");
    }
  }

  @Test
  void will_isPublishedAfterItsDelay() {
    try (var link = Link.to(server.ports().mqtt());
        var watcher = Mqtt5.connected(server, app).subscribe("will", AT_LEAST_ONCE);
        var mortal =
            Mqtt5.of(Mqtt5.builder(server, app).identifier("mortal").serverPort(link.port()))) {
      connectWithWill(mortal, 2);
      long since = System.nanoTime();
      link.cut();
      Mqtt5Publish will = watcher.next();

      assertThat(Mqtt5.text(will)).isEqualTo("gone");
      assertThat(will.getUserProperties().asList()).hasSize(1);
      assertThat(Duration.ofNanos(System.nanoTime() - since))
          .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(8));
    }
  }

  @Test
  void will_isForgottenIfTheClientComesBackInTime() {
    try (var link = Link.to(server.ports().mqtt());
        var watcher = Mqtt5.connected(server, app).subscribe("will", AT_LEAST_ONCE);
        var mortal =
            Mqtt5.of(Mqtt5.builder(server, app).identifier("mortal").serverPort(link.port()))) {
      connectWithWill(mortal, 1);
      link.cut();
      try (var again = Mqtt5.of(Mqtt5.builder(server, app).identifier("mortal"))) {
        assertThat(again.resume().isSessionPresent()).isTrue();
      }
      // A second will of the same delay, later: when it is there, the first one's time has passed.
      try (var clock =
          Mqtt5.of(Mqtt5.builder(server, app).identifier("clock").serverPort(link.port()))) {
        connectWithWill(clock, 2);
        link.cut();

        assertThat(watcher.nextText()).isEqualTo("gone");
      }
      watcher.publish("will", AT_LEAST_ONCE, "fence");
      assertThat(watcher.nextText()).isEqualTo("fence");
    }
  }

  @Test
  void will_isPublishedAtTheLatestWhenTheSessionEnds() {
    try (var link = Link.to(server.ports().mqtt());
        var watcher = Mqtt5.connected(server, app).subscribe("will", AT_LEAST_ONCE);
        var mortal =
            Mqtt5.of(Mqtt5.builder(server, app).identifier("mortal").serverPort(link.port()))) {
      mortal
          .client()
          .connectWith()
          .cleanStart(false)
          .sessionExpiryInterval(1)
          .willPublish()
          .topic("will")
          .qos(AT_LEAST_ONCE)
          .payload("gone".getBytes(UTF_8))
          .delayInterval(3600)
          .applyWillPublish()
          .send();
      link.cut();

      assertThat(watcher.nextText()).isEqualTo("gone");
      try (var again = Mqtt5.of(Mqtt5.builder(server, app).identifier("mortal"))) {
        assertThat(again.resume().isSessionPresent()).isFalse();
      }
    }
  }

  private static void connectWithWill(Mqtt5 client, long delaySeconds) {
    client
        .client()
        .connectWith()
        .cleanStart(false)
        .sessionExpiryInterval(600)
        .willPublish()
        .topic("will")
        .qos(AT_LEAST_ONCE)
        .payload("gone".getBytes(UTF_8))
        .userProperties()
        .add("k", "v")
        .applyUserProperties()
        .delayInterval(delaySeconds)
        .applyWillPublish()
        .send();
  }

  @Test
  void topicAlias_replacesTheTopic() {
    String topic = "a/topic/that/is/long/enough/to/be/worth/an/alias";
    try (var link = Link.to(server.ports().mqtt());
        var sub = Mqtt5.connected(server, app).subscribe("a/#", AT_LEAST_ONCE);
        var pub = Mqtt5.of(Mqtt5.builder(server, app).serverPort(link.port()))) {
      pub.client().connect();
      for (int i = 0; i < 5; i++) {
        pub.publish(topic, AT_LEAST_ONCE, "m" + i);
        Mqtt5Publish message = sub.next();

        assertThat(message.getTopic()).hasToString(topic);
        assertThat(Mqtt5.text(message)).isEqualTo("m" + i);
      }
      assertThat(new String(link.sent(), UTF_8).split(topic, -1))
          .as("the topic was sent once, then its alias")
          .hasSize(2);
    }
  }

  @Test
  void topicAliases_ofTheServerAreUnderstood() {
    try (var sub = Mqtt5.of(Mqtt5.builder(server, app));
        var pub = Mqtt5.connected(server, app)) {
      sub.client().connectWith().restrictions().topicAliasMaximum(2).applyRestrictions().send();
      sub.subscribe("a/#", AT_LEAST_ONCE);
      for (int i = 0; i < 12; i++) {
        String topic = "a/topic/" + (i / 2 % 3);
        pub.publish(topic, AT_LEAST_ONCE, "m" + i);
        Mqtt5Publish message = sub.next();

        assertThat(message.getTopic()).hasToString(topic);
        assertThat(Mqtt5.text(message)).isEqualTo("m" + i);
      }
    }
  }

  @Test
  void receiveMaximum_boundsWhatIsUnderWay() {
    Queue<Mqtt5Publish> received = new ConcurrentLinkedQueue<>();
    Mqtt5AsyncClient slow = Mqtt5.builder(server, app).buildAsync();
    slow.publishes(MqttGlobalPublishFilter.ALL, received::add, true);
    try (var pub = Mqtt5.connected(server, app)) {
      slow.connectWith().restrictions().receiveMaximum(2).applyRestrictions().send().join();
      slow.subscribeWith().topicFilter("t").qos(AT_LEAST_ONCE).send().join();
      for (int i = 0; i < 5; i++) {
        pub.publish("t", AT_LEAST_ONCE, "m" + i);
      }
      pub.publish("t", AT_MOST_ONCE, "fence");

      await().until(() -> received.stream().anyMatch(m -> Mqtt5.text(m).equals("fence")));
      assertThat(received).extracting(Mqtt5::text).containsExactly("m0", "m1", "fence");
      for (int i = 2; i < 5; i++) {
        await().until(() -> acknowledgeNext(received));
      }
      await().until(() -> received.stream().anyMatch(m -> Mqtt5.text(m).equals("m4")));
    } finally {
      slow.disconnect().join();
    }
  }

  private static boolean acknowledgeNext(Queue<Mqtt5Publish> received) {
    Mqtt5Publish message = received.poll();
    if (message == null) {
      return false;
    }
    message.acknowledge();
    return message.getQos() != AT_MOST_ONCE;
  }

  @Test
  void takeOver_endsTheOlderConnectionWithItsReason() throws Exception {
    CompletableFuture<MqttClientDisconnectedContext> end = new CompletableFuture<>();
    try (var older =
            Mqtt5.of(
                Mqtt5.builder(server, app)
                    .identifier("one")
                    .addDisconnectedListener(end::complete));
        var newer = Mqtt5.of(Mqtt5.builder(server, app).identifier("one"))) {
      older.resume();
      older.subscribe("t", AT_LEAST_ONCE);
      assertThat(newer.resume().isSessionPresent()).isTrue();

      assertThat(end.get(10, TimeUnit.SECONDS).getCause())
          .isInstanceOfSatisfying(
              Mqtt5DisconnectException.class,
              e ->
                  assertThat(e.getMqttMessage().getReasonCode())
                      .isEqualTo(Mqtt5DisconnectReasonCode.SESSION_TAKEN_OVER));
      newer.publish("t", AT_LEAST_ONCE, "m");
      assertThat(newer.nextText()).isEqualTo("m");
    }
  }

  @Test
  void unsubscribe_endsDelivery() {
    try (var client = Mqtt5.connected(server, app).subscribe("a", AT_LEAST_ONCE)) {
      client.subscribe("b", AT_LEAST_ONCE);
      client.client().unsubscribeWith().topicFilter("a").send();
      client.publish("a", AT_LEAST_ONCE, "no more");
      client.publish("b", AT_LEAST_ONCE, "still");

      assertThat(client.nextText()).isEqualTo("still");
    }
  }

  @Test
  void hundredClients_connectAtOnceAndHearEachOther() throws Exception {
    int clients = 100;
    Queue<String> received = new ConcurrentLinkedQueue<>();
    List<Mqtt5AsyncClient> all =
        IntStream.range(0, clients)
            .mapToObj(i -> Mqtt5.builder(server, app).identifier("c" + i).buildAsync())
            .toList();
    try {
      allDone(all.stream().map(client -> hear(client, received)).toList());
      allDone(
          all.stream()
              .map(client ->
                  client
                      .publishWith()
                      .topic("all/" + client.getConfig().getClientIdentifier().orElseThrow())
                      .qos(AT_LEAST_ONCE)
                      .payload("hello".getBytes(UTF_8))
                      .send())
              .toList());
      await().atMost(Duration.ofSeconds(30)).until(() -> received.size() >= clients * clients);

      assertThat(received).hasSize(clients * clients).doesNotHaveDuplicates();
    } finally {
      allDone(all.stream().map(Mqtt5AsyncClient::disconnect).toList());
    }
  }

  private static CompletableFuture<?> hear(Mqtt5AsyncClient client, Queue<String> received) {
    String id = client.getConfig().getClientIdentifier().orElseThrow().toString();
    client.publishes(
        MqttGlobalPublishFilter.ALL, message -> received.add(id + " " + message.getTopic()));
    return client
        .connect()
        .thenCompose(ack -> client.subscribeWith().topicFilter("all/+").qos(AT_LEAST_ONCE).send());
  }

  private static void allDone(List<? extends CompletableFuture<?>> futures) throws Exception {
    CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new)).get(30, TimeUnit.SECONDS);
  }
}
