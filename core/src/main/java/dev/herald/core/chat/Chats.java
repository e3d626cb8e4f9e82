package dev.herald.core.chat;

import dev.herald.core.bus.Bus;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupLimits;
import dev.herald.core.metric.Metrics;
import dev.herald.core.registry.Membership;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.registry.Registry.ChatOwner;
import dev.herald.core.registry.Registry.Node;
import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.Router;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The chats of this node: those it owns, and those of other nodes that its clients are in.
 * Thread-safe.
 *
 * <p>A chat begins with the first join: the registry decides which node owns it from then on. There
 * it is a {@link OwnedChat}, at other nodes whose clients join it a {@link RelayedChat}. Both live
 * on the lane of the client that made them necessary, and nothing of a chat is ever on a disk.
 */
public final class Chats implements AutoCloseable {
  /** How often a join is tried that finds the chat ending, or its owner not knowing it. */
  private static final int TRIES_MAX = 8;

  final Router router;
  final ChatSettings settings;
  final ChatWords words;
  final InstantSource clock;
  final ChatCounters counters;
  final ChatPost post;
  private final Membership membership;
  private final Map<String, ChatsOfApp> apps = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<@Nullable ChatTimes> times;

  /** The other nodes that this one relays to or for, with the time each started. */
  private final Map<String, Long> peers = new ConcurrentHashMap<>();

  private volatile long leaseEpoch;

  /**
   * Makes a node without chats.
   *
   * @param membership this node in the registry
   * @param bus carries what nodes say to each other
   * @param router brings messages to seats
   * @param settings the limits
   * @param eventJson makes the payload of an event: an object whose first member is {@code $chat}
   * @param clock the time
   * @param metrics where chats count
   */
  public Chats(
      Membership membership,
      Bus bus,
      Router router,
      ChatSettings settings,
      Function<ChatEvent, byte[]> eventJson,
      InstantSource clock,
      Metrics metrics) {
    this.membership = membership;
    this.router = router;
    this.settings = settings;
    this.words = new ChatWords(eventJson);
    this.clock = clock;
    this.counters = new ChatCounters(metrics);
    this.post = new ChatPost(bus, () -> membership.self().id());
    this.times = new AtomicReferenceArray<>(router.laneCount());
    for (int i = 0; i < router.laneCount(); i++) {
      times.set(i, new ChatTimes());
    }
    metrics.gauge(
        "herald_chats",
        "Chats that this node owns, or relays for its clients.",
        () -> apps.values().stream().mapToLong(ChatsOfApp::size).sum());
  }

  /** Starts to hear other nodes, and to look after what becomes of them. */
  public void start() {
    leaseEpoch = membership.lease().epoch();
    post.start(this::receive);
    membership.watch(this::lookAtNodes);
  }

  /** Hears no other node any more. Chats end with the connections of their participants. */
  @Override
  public void close() {
    post.close();
  }

  /** Returns the limits. */
  public ChatSettings settings() {
    return settings;
  }

  /** Counts a client that may be in no further chat. */
  public void countClientLimit() {
    counters.limit("chatsPerClientMax");
  }

  /** Does what is due in the chats of a lane. Called on it, about once a second. */
  public void sweep(Lane lane) {
    times(lane).look(clock.millis());
  }

  ChatTimes times(Lane lane) {
    ChatTimes of = times.get(lane.index());
    if (of == null) {
      throw new IllegalStateException("no such lane: " + lane.index());
    }
    return of;
  }

  // ---- joining

  /**
   * Joins a chat, which begins if it is not there.
   *
   * @param key the chat
   * @param seat who joins; a client that is in already takes this seat instead of its other one
   * @param redirects whether to say which other node owns the chat rather than to relay
   * @param answer completes with the place, or where to go, before the seat is told anything: so
   *     what is to be done then must have been said to it before. On any thread. Fails with a
   *     {@link HeraldException}: FIELD_INVALID for an id that is none, QUOTA_EXCEEDED at a limit,
   *     NODE_UNREACHABLE when the chat's owner cannot be reached
   */
  public void join(ChatKey key, Seat seat, boolean redirects, CompletableFuture<Entry> answer) {
    try {
      GroupLimits.checkId("chatId", key.chatId());
    } catch (HeraldException invalid) {
      answer.completeExceptionally(invalid);
      return;
    }
    enter(new Joining(key, seat, redirects, answer), 1);
  }

  private void enter(Joining joining, int tries) {
    Room room = find(joining.key);
    if (room == null) {
      open(joining, tries);
      return;
    }
    if (joining.redirects && room instanceof RelayedChat) {
      joining.answer.complete(new Entry.Elsewhere(room.owner.node()));
      return;
    }
    CompletableFuture<Boolean> admitted = new CompletableFuture<>();
    var _ =
        admitted.whenComplete((in, failure) -> {
          if (failure == null && in) {
            joining.answer.complete(new Place(room, joining.seat));
          } else if (tries < TRIES_MAX && (failure == null || isUnreachable(failure))) {
            room.onHome(() -> tryAgain(joining, room, tries));
          } else {
            HeraldException refusal =
                failure == null ? ChatPost.unreachable() : HeraldException.of(failure);
            joining.answer.completeExceptionally(refusal);
          }
        });
    room.onHome(() -> room.join(joining.seat, admitted));
  }

  private void tryAgain(Joining joining, Room room, int tries) {
    if (room.isEnded()) {
      var _ = room.gone.thenRun(() -> enter(joining, tries + 1));
    } else {
      joining.answer.completeExceptionally(ChatPost.unreachable());
    }
  }

  private static boolean isUnreachable(Throwable failure) {
    return HeraldException.of(failure).code() == ErrorCode.NODE_UNREACHABLE;
  }

  /** Has the registry say whose the chat is, and makes the room for it. */
  private void open(Joining joining, int tries) {
    ChatsOfApp app = apps.computeIfAbsent(joining.key.appId(), id -> new ChatsOfApp());
    if (!app.reserve(settings.chatsMax())) {
      counters.limit("chatsMax");
      joining.answer.completeExceptionally(
          new HeraldException(
              ErrorCode.QUOTA_EXCEEDED, "the app has as many chats as it may have"));
      return;
    }
    var _ =
        take(joining.key)
            .whenComplete((owner, failure) -> {
              boolean mine = failure == null && isSelf(owner.node());
              if (failure != null || (!mine && joining.redirects)) {
                app.unreserve();
                joining.opened(failure, owner);
                return;
              }
              app.add(room(joining, owner, mine));
              enter(joining, tries);
            });
  }

  private Room room(Joining joining, ChatOwner owner, boolean mine) {
    if (mine) {
      counters.created.increment();
      return new OwnedChat(this, joining.key, owner, joining.seat.lane());
    }
    peers.put(owner.node().id(), owner.node().startedAtMs());
    return new RelayedChat(this, joining.key, owner, joining.seat.lane());
  }

  /** Has the registry give a chat to this node if nobody has it. */
  CompletionStage<ChatOwner> take(ChatKey key) {
    return membership.registry().takeChat(key, membership.lease());
  }

  private boolean isSelf(Node node) {
    return node.id().equals(membership.self().id());
  }

  private @Nullable Room find(ChatKey key) {
    ChatsOfApp app = apps.get(key.appId());
    return app == null ? null : app.find(key.chatId());
  }

  /** Gives up a chat that ended, then forgets it. */
  void release(OwnedChat chat) {
    var _ =
        membership
            .registry()
            .releaseChat(chat.key, chat.owner)
            .whenComplete((done, failure) -> remove(chat));
  }

  /** Forgets a room that ended. */
  void remove(Room room) {
    ChatsOfApp app = apps.get(room.key.appId());
    if (app != null) {
      app.remove(room);
    }
    room.gone.complete(null);
  }

  // ---- for edges that have no seat

  /**
   * Checks what somebody wants to say.
   *
   * @throws HeraldException QUOTA_EXCEEDED if it is too large, FIELD_INVALID if it looks like an
   *     event
   */
  void check(byte[] payload) {
    if (payload.length > settings.messageBytesMax()) {
      counters.limit("messageBytesMax");
      throw new HeraldException(
          ErrorCode.QUOTA_EXCEEDED,
          "what is said in a chat may have " + settings.messageBytesMax() + " bytes");
    }
    ChatWords.checkNoEvent(payload);
  }

  /**
   * Returns, by a stage, which other node owns a chat; nothing if this one does, or none.
   *
   * @param key the chat
   */
  public CompletionStage<Optional<Node>> elsewhere(ChatKey key) {
    if (find(key) instanceof OwnedChat) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return ownedElsewhere(key);
  }

  /** Asks the registry which other node owns a chat. */
  CompletionStage<Optional<Node>> ownedElsewhere(ChatKey key) {
    return membership
        .registry()
        .chatOwner(key)
        .thenApply(owner -> owner.map(ChatOwner::node).filter(node -> !isSelf(node)));
  }

  /**
   * Returns, by a stage, a chat that this node owns.
   *
   * @return fails with NOT_FOUND if it owns no such chat
   */
  public CompletionStage<ChatView> view(ChatKey key) {
    CompletableFuture<ChatView> answer = new CompletableFuture<>();
    if (find(key) instanceof OwnedChat chat) {
      chat.onHome(() -> {
        if (chat.isEnded() || !chat.hasBegun()) {
          answer.completeExceptionally(noSuchChat());
        } else {
          answer.complete(chat.view());
        }
      });
    } else {
      answer.completeExceptionally(noSuchChat());
    }
    return answer;
  }

  /**
   * Lists chats that this node owns, ordered by id.
   *
   * @param appId the app
   * @param after ids greater than this one; empty for all
   * @param limit how many at most
   */
  public List<ChatView.Summary> list(String appId, String after, int limit) {
    ChatsOfApp app = apps.get(appId);
    return app == null ? List.of() : app.list(after, limit);
  }

  /**
   * Says something in a chat that this node owns, for somebody who need not be in.
   *
   * @param userId whose word it is
   * @return completes with its number when every present participant's connection has it; fails
   *     with NOT_FOUND if this node owns no such chat, or as {@link Place#say} does
   */
  public CompletionStage<Long> say(ChatKey key, String userId, byte[] payload) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    if (find(key) instanceof OwnedChat chat) {
      try {
        check(payload);
      } catch (HeraldException refusal) {
        return CompletableFuture.failedFuture(refusal);
      }
      Message message =
          new Message(
              ChatTopics.topicOf(key.chatId()),
              payload,
              1,
              false,
              MessageProperties.NONE,
              Message.NEVER,
              null);
      Seat.Who who = new Seat.Who("", userId);
      router.run(chat.home, message.weight(), () -> chat.say(who, message, done));
    } else {
      done.completeExceptionally(noSuchChat());
    }
    return done;
  }

  /**
   * Ends a chat that this node owns, for an operator.
   *
   * @return completes when every present participant's connection has the last word; fails with
   *     NOT_FOUND if it owns no such chat
   */
  public CompletionStage<Void> end(ChatKey key) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (find(key) instanceof OwnedChat chat) {
      chat.onHome(() -> {
        if (chat.isEnded()) {
          done.completeExceptionally(noSuchChat());
        } else {
          chat.end(ChatEvent.Kind.ENDED, null, () -> done.complete(null));
        }
      });
    } else {
      done.completeExceptionally(noSuchChat());
    }
    return done;
  }

  /**
   * Ends a chat for its creator, wherever it is.
   *
   * @param who who wants it
   * @return completes when every present participant's connection has the last word; fails with
   *     NOT_FOUND if this node knows no such chat, NOT_AUTHORIZED if somebody else created it
   */
  public CompletionStage<Long> end(ChatKey key, Seat.Who who) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    Room room = find(key);
    if (room == null) {
      done.completeExceptionally(noSuchChat());
    } else {
      room.onHome(() -> room.end(who, done));
    }
    return done;
  }

  static HeraldException noSuchChat() {
    return new HeraldException(ErrorCode.NOT_FOUND, "there is no such chat");
  }

  // ---- other nodes

  private void receive(ChatPacket packet) {
    Room room = find(packet.chat().key());
    boolean forOwner =
        !(packet.body() instanceof ChatPacket.Show)
            && !(packet.body() instanceof ChatPacket.Closed);
    if (room != null && forOwner == (room instanceof OwnedChat)) {
      if (!peers.containsKey(packet.from())) {
        membership.find(packet.from()).ifPresent(node -> peers.put(node.id(), node.startedAtMs()));
      }
      room.onHome(() -> room.receive(packet));
    } else if (packet.request() != 0) {
      // who is shown something that is not here any more needs nothing of it
      post.answer(packet, 0L, forOwner ? ChatPost.unreachable() : null);
    }
  }

  /** Has chats taken anew after this node lost its lease, and tells of nodes that are gone. */
  private void lookAtNodes() {
    long epoch = membership.lease().epoch();
    if (epoch != leaseEpoch) {
      leaseEpoch = epoch;
      rooms()
          .forEach(room -> {
            if (room instanceof OwnedChat chat) {
              chat.onHome(chat::takeAnew);
            }
          });
    }
    if (peers.isEmpty()) {
      return;
    }
    Map<String, Long> live = new HashMap<>();
    membership.nodes().forEach(node -> live.put(node.id(), node.startedAtMs()));
    peers.forEach((node, startedAtMs) -> {
      if (!startedAtMs.equals(live.get(node)) && peers.remove(node, startedAtMs)) {
        post.nodeIsGone(node);
        rooms().forEach(room -> room.onHome(() -> room.nodeIsGone(node)));
      }
    });
  }

  private List<Room> rooms() {
    return apps.values().stream().flatMap(ChatsOfApp::all).toList();
  }

  /** Returns how many questions to other nodes are not answered. */
  int openQuestions() {
    return post.openCount();
  }

  /** A wish to join that is not answered. */
  private record Joining(
      ChatKey key, Seat seat, boolean redirects, CompletableFuture<Entry> answer) {

    void opened(@Nullable Throwable failure, @Nullable ChatOwner owner) {
      if (owner == null) {
        answer.completeExceptionally(
            failure == null ? ChatPost.unreachable() : HeraldException.of(failure));
      } else {
        answer.complete(new Entry.Elsewhere(owner.node()));
      }
    }
  }
}
