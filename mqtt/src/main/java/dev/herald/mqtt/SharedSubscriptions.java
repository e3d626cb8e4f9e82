package dev.herald.mqtt;

import dev.herald.core.consumer.Allowance;
import dev.herald.core.consumer.Consumer;
import dev.herald.core.consumer.Delivery;
import dev.herald.core.consumer.Member;
import dev.herald.core.consumer.SharedFilter;
import dev.herald.core.error.HeraldException;
import dev.herald.core.relay.SavedSession;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.mqtt.codec.Subscribe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The shared subscriptions of one session, which is a member of each one's group while it has a
 * connection. Owned by the session's lane.
 *
 * <p>When the connection is lost, messages of QoS 1 that the client has not acknowledged and all
 * that were not sent go to other members; what no other member is there for stays with the session.
 * A message of QoS 2 that was sent stays with the session in any case, and with nobody once the
 * session ends [MQTT-4.8.2-4] [MQTT-4.8.2-5].
 */
final class SharedSubscriptions {
  private final Session session;
  private final long bytesMax;
  private final Map<String, Share> shares = new HashMap<>(4);

  /** Those whose group gives nothing until it is told that the client is ready. */
  private final Set<Member> busy = new HashSet<>(0);

  /** What may be under way to the client from all groups; null while the session is in none. */
  private @Nullable Allowance allowance;

  /**
   * Makes a session's shared subscriptions, none yet.
   *
   * @param bytesMax how many bytes of the groups' messages may be under way to the client
   */
  SharedSubscriptions(Session session, long bytesMax) {
    this.session = session;
    this.bytesMax = bytesMax;
  }

  int size() {
    return shares.size();
  }

  boolean contains(String filter) {
    return shares.containsKey(filter);
  }

  /**
   * Returns about how many bytes of memory they take, with the session's part of what waits in
   * groups because their members take no more.
   *
   * @param each what one takes beside its filter
   */
  long heldBytes(int each) {
    long bytes = 0;
    for (Share share : shares.values()) {
      Member member = share.member;
      bytes += each + share.filter.text().length();
      bytes += member == null ? 0 : member.waitingBytes();
    }
    return bytes;
  }

  /**
   * Joins a group, or changes the options of being in it; returns whether the filter is new.
   *
   * @throws HeraldException QUOTA_EXCEEDED if the app may have no further group; nothing has
   *     changed
   */
  boolean subscribe(SharedFilter filter, int options, int identifier) {
    Share share = shares.get(filter.text());
    boolean isNew = share == null;
    if (share == null) {
      share = new Share(filter);
      shares.put(filter.text(), share);
    }
    share.options = options;
    share.identifiers = identifier == 0 ? OutboundMessage.NO_IDENTIFIERS : new int[] {identifier};
    if (session.connection() != null && share.member == null) {
      try {
        busy.add(share.join());
      } catch (HeraldException refusal) {
        shares.remove(filter.text());
        throw refusal;
      }
      readyUnlessBusy();
    }
    return isNew;
  }

  /**
   * Leaves a group; what was sent to the client it completes all the same [MQTT-3.10.4-3]. Returns
   * whether there was such a subscription.
   */
  boolean unsubscribe(String filter) {
    Share share = shares.remove(filter);
    if (share == null) {
      return false;
    }
    Member member = share.left();
    if (member != null) {
      busy.remove(member);
      List<Delivery> unsent = new ArrayList<>();
      forEachOutbound((packetId, outbound) -> {
        Delivery delivery = outbound.delivery;
        if (packetId == 0 && delivery != null && delivery.member() == member) {
          unsent.add(delivery);
        }
      });
      Set<Delivery> gone = new HashSet<>(unsent);
      forget(outbound -> gone.contains(outbound.delivery));
      member.leave(unsent, false);
    }
    return true;
  }

  /** Gives the filter and the options of each of them to somebody. */
  void forEach(ObjIntConsumer<String> reader) {
    shares.values().forEach(share -> reader.accept(share.filter.text(), share.options));
  }

  /** Adds each of them in the form that the relay's store keeps. */
  void saveTo(List<SavedSession.Subscription> filters) {
    for (Share share : shares.values()) {
      int identifier = share.identifiers.length == 0 ? 0 : share.identifiers[0];
      filters.add(
          new SavedSession.Subscription(
              share.filter.text(), share.options, identifier, Session.LIVE));
    }
  }

  /** Goes on for a client that has connected anew, before it is sent anything. */
  void connectedAnew() {
    forgetHandedOver(true);
    if (allowance != null) {
      allowance.limit(session.inflightMax);
    }
  }

  /**
   * Joins the groups that the session is no member of, because it had no connection; has the others
   * see what the client takes now. If the app may have no further group, the connection ends with
   * that: its client must not believe that it is a consumer.
   */
  void joinAll() {
    try {
      shares.values().forEach(share -> busy.add(share.join()));
      readyUnlessBusy();
    } catch (HeraldException refusal) {
      Connection connection = session.connection();
      if (connection != null) {
        connection.end(refusal.code().mqttReason(), refusal.detail());
      }
    }
  }

  private void readyUnlessBusy() {
    if (!session.isBusy()) {
      ready();
    }
  }

  /**
   * Leaves all groups, because the connection is lost or the session ends.
   *
   * @param keeps whether the session lives on
   */
  void leaveAll(boolean keeps) {
    Map<Member, List<Delivery>> unfinished = new HashMap<>();
    List<OutboundMessage> mine = new ArrayList<>();
    forEachOutbound((packetId, outbound) -> {
      Delivery delivery = outbound.delivery;
      if (delivery == null) {
        return;
      }
      if (packetId != 0 && outbound.qos == 2) {
        mine.add(outbound);
      } else {
        unfinished.computeIfAbsent(delivery.member(), of -> new ArrayList<>()).add(delivery);
      }
    });
    busy.clear();
    allowance = null;
    if (!mine.isEmpty()) {
      // before the groups end, but such that they give nothing instead
      shares.values().forEach(Share::pause);
      mine.forEach(SharedSubscriptions::keep);
    }
    for (Share share : shares.values()) {
      Member member = share.left();
      if (member != null) {
        List<Delivery> own = unfinished.remove(member);
        member.leave(own == null ? List.of() : own, keeps);
      }
    }
    // of groups the session left before: it completes them, or somebody else does
    for (List<Delivery> rest : unfinished.values()) {
      rest.forEach(keeps ? Delivery::kept : Delivery::returned);
    }
  }

  /** Answers for a QoS 2 message that the session completes, or that nobody does. */
  private static void keep(OutboundMessage sent) {
    Delivery delivery = sent.delivery;
    if (delivery != null && sent.received) {
      delivery.acknowledged();
    } else if (delivery != null) {
      delivery.kept();
    }
  }

  /** Has the groups give the client messages again, after they were told that it is busy. */
  void ready() {
    // a group may give so much at once that the client is busy again
    List<Member> told = List.copyOf(busy);
    busy.clear();
    told.forEach(Member::ready);
  }

  /** Gives a delivery back to its group: there is no room for it now. */
  void decline(Delivery delivery) {
    busy.add(delivery.member());
    delivery.declined();
  }

  /**
   * Has the session forget what a group gave to somebody else.
   *
   * @param sentToo whether also what the client was sent on this connection, and may acknowledge
   */
  void forgetHandedOver(boolean sentToo) {
    List<Delivery> forgotten = new ArrayList<>(0);
    forget(outbound -> {
      Delivery delivery = outbound.delivery;
      return delivery != null
          && delivery.isHandedOver()
          && (sentToo || !outbound.sent)
          && forgotten.add(delivery);
    });
    // while the session is a member, their places are free
    forgotten.forEach(Delivery::dropped);
  }

  /** Returns whether some group was told that the client is busy. */
  boolean isBusy() {
    return !busy.isEmpty();
  }

  private void forEachOutbound(OutboundWindow.Visitor visitor) {
    Outbound outbound = session.outboundOrNull();
    if (outbound != null) {
      outbound.forEach(visitor);
    }
  }

  /** Has the session forget messages, sent or not. */
  private void forget(Predicate<OutboundMessage> which) {
    Outbound outbound = session.outboundOrNull();
    if (outbound != null) {
      outbound.forget(which);
    }
    session.drain();
  }

  /** One of them: passes on what its group gives to this client. */
  private final class Share implements Consumer {
    private final SharedFilter filter;
    private int options;
    private int[] identifiers = OutboundMessage.NO_IDENTIFIERS;
    private @Nullable Member member;

    Share(SharedFilter filter) {
      this.filter = filter;
    }

    /** Returns the member; one that joins is given nothing yet. */
    Member join() {
      Member present = member;
      if (present == null) {
        if (allowance == null) {
          allowance = new Allowance(session.inflightMax, bytesMax);
        }
        present = session.app().consumers().join(filter, this, allowance);
        member = present;
      }
      return present;
    }

    void pause() {
      Member present = member;
      if (present != null) {
        present.busy();
      }
    }

    /** Is no member any more; returns what it was. */
    @Nullable Member left() {
      Member before = member;
      member = null;
      return before;
    }

    @Override
    public String clientId() {
      return session.key().clientId();
    }

    @Override
    public Lane lane() {
      return session.lane();
    }

    @Override
    public void take(Message message) {
      session.send(message, 0, retain(message), identifiers);
      checkBusy();
    }

    @Override
    public void take(Delivery delivery) {
      Message message = delivery.message();
      int qos = Math.min(message.qos(), options & Subscribe.QOS);
      if (qos > 0) {
        session.send(new OutboundMessage(message, qos, retain(message), identifiers, delivery));
      } else {
        sendAtMostOnce(delivery);
      }
      checkBusy();
    }

    /** Sends a message to a client that will not acknowledge it: it has it when it is written. */
    private void sendAtMostOnce(Delivery delivery) {
      Message message = delivery.message();
      Connection to = session.connection();
      if (to == null) {
        decline(delivery);
        return;
      }
      switch (to.out().publishAtMostOnce(message, retain(message), identifiers)) {
        case WRITTEN -> delivery.acknowledged();
        case EXPIRED -> delivery.expired();
        case TOO_LARGE -> delivery.refused();
        case NO_ROOM -> decline(delivery);
      }
    }

    private boolean retain(Message message) {
      return message.retain() && (options & Subscribe.RETAIN_AS_PUBLISHED) != 0;
    }

    private void checkBusy() {
      Member present = member;
      if (present != null && session.isBusy() && busy.add(present)) {
        present.busy();
      }
    }

    @Override
    public void handedOver() {
      forgetHandedOver(session.connection() == null);
    }
  }
}
