package dev.herald.mqtt;

import dev.herald.core.app.Permissions.Action;
import dev.herald.core.app.Permissions.Caller;
import dev.herald.core.client.ClientTopics;
import dev.herald.core.client.Registration;
import dev.herald.core.error.HeraldException;
import dev.herald.mqtt.Requests.Asked;
import dev.herald.mqtt.codec.Publish;

/**
 * Takes what a client publishes to {@code $me} and {@code $notify}: what it is from now on, and
 * notifications. Owned by the connection's lane.
 */
final class ClientPublisher {
  private final Broker broker;
  private final Connection connection;
  private final Requests requests;

  ClientPublisher(Broker broker, Connection connection, Requests requests) {
    this.broker = broker;
    this.connection = connection;
    this.requests = requests;
  }

  /** Returns whether a topic is one of those this class takes messages to. */
  static boolean takes(String topic) {
    return topic.equals(ClientTopics.NOTIFY) || topic.equals(ClientTopics.ME);
  }

  /** Takes a message to {@code $me} or {@code $notify}. */
  void publish(String topic, Publish packet) {
    Asked asked = requests.asked(packet, true);
    try {
      Requests.checkResponseTopic(asked);
      if (topic.equals(ClientTopics.NOTIFY)) {
        requests.await(
            asked,
            broker
                .notifications()
                .send(caller(), broker.documents().notification(packet.payload()))
                .thenApply(broker.documents()::outcome));
      } else {
        requests.answer(asked, change(packet.payload()), null);
      }
    } catch (HeraldException refusal) {
      requests.answer(asked, null, refusal);
    }
  }

  private byte[] change(byte[] document) {
    Session session = connection.session();
    Registration before = session.registration();
    var clients = broker.apps().clients();
    Registration next =
        broker
            .documents()
            .change(document)
            .of(before)
            .checked(clients.settings(), clients.counters());
    if (!next.userId().equals(before.userId())) {
      broker.permissions().check(caller(), Action.CHANGE_USER);
    }
    session.register(next);
    if (session.chatCount() > 0) {
      session.chats().userChanged();
    }
    return broker.documents().registration(session.key().clientId(), next);
  }

  private Caller caller() {
    Session session = connection.session();
    return new Caller(session.app().id(), session.userId, session.key().clientId());
  }
}
