package dev.herald.mqtt;

import dev.herald.core.chat.Chats;
import dev.herald.core.chat.Entry;
import dev.herald.core.chat.Place;
import dev.herald.core.chat.Seat;
import dev.herald.core.error.HeraldException;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.mqtt.codec.Subscribe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The chats that one session is in. While its connection is lost the session keeps its seats and
 * goes on taking what is said, until a chat says that the grace is over; a session that ends gives
 * its seats up, and who connects anew may take them again. Owned by the session's lane.
 */
final class SessionChats {
  private final Session session;
  private final Chats chats;
  private final Map<String, ChatSeat> seats = new HashMap<>(2);

  SessionChats(Session session, Chats chats) {
    this.session = session;
    this.chats = chats;
  }

  int size() {
    return seats.size();
  }

  boolean contains(String topic) {
    return seats.containsKey(topic);
  }

  /**
   * Returns about how many bytes of memory they take.
   *
   * @param each what one takes beside its topic
   */
  long heldBytes(int each) {
    long bytes = 0;
    for (String topic : seats.keySet()) {
      bytes += each + topic.length();
    }
    return bytes;
  }

  /**
   * Joins a chat, or changes the options of being in it.
   *
   * @param topic the chat's
   * @param identifier the subscription identifier, 0 for none
   * @param options the option byte
   * @param echo whether the client is to be sent what it says itself
   * @param answer takes what became of it, or why it is refused; later, on the lane
   */
  void join(
      String topic,
      ChatKey chat,
      int identifier,
      int options,
      boolean echo,
      BiConsumer<@Nullable Entry, @Nullable HeraldException> answer) {
    ChatSeat seat = seats.computeIfAbsent(topic, key -> new ChatSeat(topic));
    seat.qos = options & Subscribe.QOS;
    seat.identifiers = identifier == 0 ? OutboundMessage.NO_IDENTIFIERS : new int[] {identifier};
    seat.echo = echo;
    LoopLane lane = session.loopLane();
    CompletableFuture<Entry> joining = new CompletableFuture<>();
    var _ =
        joining.whenComplete((entry, failure) ->
            lane.execute(() -> {
              seat.joined(entry);
              answer.accept(entry, failure == null ? null : HeraldException.of(failure));
            }));
    chats.join(chat, seat, session.redirects, joining);
  }

  /** Leaves a chat; returns whether the session was in it. */
  boolean leave(String topic) {
    ChatSeat seat = seats.remove(topic);
    if (seat == null) {
      return false;
    }
    if (seat.place != null) {
      seat.place.leave();
    }
    return true;
  }

  /** Returns the session's place in a chat, or null. */
  @Nullable Place place(String topic) {
    ChatSeat seat = seats.get(topic);
    return seat == null ? null : seat.place;
  }

  /** The connection is lost, and the session lives on. */
  void connectionLost() {
    seats.values().forEach(seat -> seat.away(true));
  }

  /** The session has a connection again, perhaps of another user. */
  void connected() {
    for (ChatSeat seat : seats.values()) {
      if (seat.place != null) {
        seat.place.back();
      }
    }
    userChanged();
  }

  /** The client may be of another user from now on. */
  void userChanged() {
    seats.values().forEach(ChatSeat::tellUser);
  }

  /**
   * The session ends.
   *
   * @param saidGoodbye whether its client disconnected in so many words
   */
  void ended(boolean saidGoodbye) {
    for (ChatSeat seat : List.copyOf(seats.values())) {
      if (saidGoodbye) {
        var _ = leave(seat.topic);
      } else {
        seats.remove(seat.topic);
        seat.away(false);
      }
    }
  }

  /** One of them. */
  private final class ChatSeat implements Seat {
    private final String topic;
    private volatile Who who = new Who(session.key().clientId(), session.userId);
    private int qos;
    private int[] identifiers = OutboundMessage.NO_IDENTIFIERS;
    private boolean echo;

    /** Null while it is not in yet. */
    private @Nullable Place place;

    ChatSeat(String topic) {
      this.topic = topic;
    }

    private boolean isHere() {
      return seats.get(topic) == this;
    }

    /** Takes the answer of the chat; the client may have gone meanwhile. */
    void joined(@Nullable Entry entry) {
      if (entry instanceof Place granted) {
        place = granted;
        if (session.ended) {
          granted.away(false);
        } else if (!isHere()) {
          granted.leave();
        } else if (session.connection() == null) {
          granted.away(true);
        } else {
          tellUser();
        }
      } else if (place == null && isHere()) {
        seats.remove(topic);
      }
    }

    /** Tells the chat whose client it is, if that is another user than before. */
    void tellUser() {
      if (place != null && !who.userId().equals(session.userId)) {
        who = new Who(who.clientId(), session.userId);
        place.changeUser(session.userId);
      }
    }

    void away(boolean keeps) {
      if (place != null) {
        place.away(keeps);
      }
    }

    @Override
    public Lane lane() {
      return session.loopLane();
    }

    @Override
    public Who who() {
      return who;
    }

    @Override
    public void take(Message message) {
      if (isHere() && (echo || !session.isOriginOf(message))) {
        session.send(message, Math.min(message.qos(), qos), false, identifiers);
      }
    }

    @Override
    public void closed() {
      if (isHere()) {
        seats.remove(topic);
      }
    }
  }
}
