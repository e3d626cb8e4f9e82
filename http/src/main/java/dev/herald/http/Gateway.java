package dev.herald.http;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.linecorp.armeria.common.websocket.WebSocketWriter;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.herald.core.app.App;
import dev.herald.core.event.GroupEvent;
import dev.herald.core.group.GroupLedger.Push;
import dev.herald.core.group.GroupTopics;
import dev.herald.core.route.Message;
import dev.herald.core.route.Subscriber;
import dev.herald.core.route.Subscription;
import dev.herald.http.GatewayAddress.GatewayKey;
import dev.herald.http.socket.Sockets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gateway: a subscriber to every group of its app. Its subscription and its resume belong to
 * the lane; everything else may be called from any thread.
 */
final class Gateway extends Subscriber {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  /** How long a connection may stay open after its gateway was told to go. */
  private static final long LEAVE_NANOS = 2_000_000_000L;

  private final Gateways gateways;
  private final GatewayAddress address;
  private final App app;
  private final ServiceRequestContext request;
  private final Outbox outbox;
  private final Subscription subscription;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean heard;
  private volatile long endedAtNanos;

  /** Owned by the sweep: how many it found the gateway silent. */
  private long quietSweeps;

  /** Owned by the lane; null once the gateway is live. */
  private @Nullable Resume resume;

  /**
   * Owned by the lane: the last number the resume sent of each group, until the group shows a later
   * one.
   */
  private Map<String, Long> resumedUpTo = Map.of();

  /** Owned by the lane: whether the subscription is in the tree. */
  private boolean subscribed;

  Gateway(
      Gateways gateways,
      GatewayAddress address,
      App app,
      ServiceRequestContext request,
      WebSocketWriter out) {
    super(gateways.lane());
    this.gateways = gateways;
    this.address = address;
    this.app = app;
    this.request = request;
    this.outbox = new Outbox(out, request.eventLoop(), gateways.settings().queueBytesMax());
    this.subscription = new Subscription(this, GroupTopics.ALL, 0, 0);
  }

  /** Returns which gateway it is. */
  GatewayKey key() {
    return address.key();
  }

  /** Returns whether it is sent an event: notices only if it asked for them. */
  boolean wants(GroupEvent event) {
    return switch (event) {
      case GroupEvent.Created _, GroupEvent.Recalled _ -> true;
      case GroupEvent.NoticePublished _, GroupEvent.NoticeDeleted _ -> address.notices();
    };
  }

  /** Returns the frames that wait for it. */
  Outbox outbox() {
    return outbox;
  }

  /**
   * Begins: from the first frame it is sent, no event of the app is missed. The gateway it replaces
   * ends after that, so that every event reaches one of the two.
   *
   * @param older the gateway it replaces, or null
   */
  void open(@Nullable Gateway older) {
    onLane(() -> {
      if (!ended.get()) {
        app.topics().add(subscription);
        subscribed = true;
        send(GatewayFrames.CONNECTED);
        if (!address.after().isEmpty()) {
          resume = new Resume(this, gateways.hub().queries(), address.after());
          request.blockingTaskExecutor().execute(resume);
        }
      }
      if (older != null) {
        older.end(EndReason.REPLACED);
      }
    });
  }

  /** Queues a frame; a gateway for which too much waits is ended. From any thread. */
  void send(byte[] frame) {
    if (!outbox.offer(frame)) {
      end(EndReason.SLOW);
    }
  }

  /**
   * Queues the frame of an event. From any thread.
   *
   * @param frame the frame, or null for an event that this gateway is not sent
   * @param event what happened
   */
  void sendEvent(byte @Nullable [] frame, GroupEvent event) {
    if (frame == null) {
      return;
    }
    Push push = gateways.hub().ledger().pushing(event, key().gatewayId());
    if (outbox.offer(frame, event.key().groupId(), event.seq(), push)) {
      gateways.sent().increment();
      if (push != null) {
        push.queued();
      }
    } else {
      end(EndReason.SLOW);
    }
  }

  /**
   * Queues the frame that tells that events it asked for are kept no longer. From any thread.
   *
   * @param upToSeq the number of the last of them
   */
  void sendPruned(String groupId, long upToSeq) {
    if (!outbox.offer(GatewayFrames.pruned(groupId, upToSeq), groupId, upToSeq, null)) {
      end(EndReason.SLOW);
    }
  }

  /** Answers a ping. */
  void pong(byte[] content) {
    if (!outbox.pong(content)) {
      end(EndReason.SLOW);
    }
  }

  /** Notes a sign of life. */
  void heard() {
    heard = true;
  }

  /**
   * Pings a gateway that is silent, ends one that stays so. Called by the sweep, every second; what
   * counts are sweeps, not the time, so that a process that was held up blames nobody.
   */
  void check() {
    if (heard || outbox.hasProgressed()) {
      heard = false;
      quietSweeps = 0;
      return;
    }
    quietSweeps++;
    long interval = Math.max(1, gateways.settings().pingInterval().toSeconds());
    if (quietSweeps >= 2 * interval) {
      end(EndReason.DEAD);
    } else if (quietSweeps == interval) {
      outbox.ping();
    }
  }

  /** Ends the connection, telling the peer why. Later calls do nothing. From any thread. */
  void end(EndReason reason) {
    end(reason, reason.text());
  }

  /** Ends the connection with a text of its own. */
  void end(EndReason reason, String text) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    endedAtNanos = System.nanoTime();
    LOG.debug(
        "gateway.ended app={} gateway={} reason={}", key().appId(), key().gatewayId(), reason);
    gateways.ended(this, reason);
    onLane(this::unsubscribe);
    Map<String, Long> resumeAfter = outbox.close(reason.flush());
    byte @Nullable [] last =
        reason.told() ? GatewayFrames.refused(text + GatewayAddress.resumeHint(resumeAfter)) : null;
    outbox.end(last, reason.status(), reason.text());
  }

  /**
   * Breaks the connection of a gateway that ended a while ago, if it is still open.
   *
   * @return whether it is time
   */
  boolean leave(long nowNanos) {
    if (nowNanos - endedAtNanos < LEAVE_NANOS) {
      return false;
    }
    Sockets.close(request);
    return true;
  }

  @Override
  protected void deliver(Message message, Subscription matched) {
    if (message.origin() instanceof GroupEvent event) {
      byte @Nullable [] frame = wants(event) ? frame(message) : null;
      if (resume == null ? isNew(event) : !resume.holds(event, frame)) {
        sendEvent(frame, event);
      }
    }
  }

  private byte[] frame(Message message) {
    byte[] frame = message.encoded(GatewayFrames.EVENT);
    gateways.delivers(frame);
    return frame;
  }

  @Override
  protected void deliver(Message message, List<Subscription> matched) {
    deliver(message, subscription);
  }

  /** An event that the resume read from the store may be shown only after the resume ended. */
  private boolean isNew(GroupEvent event) {
    String groupId = event.key().groupId();
    if (event.seq() <= resumedUpTo.getOrDefault(groupId, 0L)) {
      return false;
    }
    if (!resumedUpTo.isEmpty()) {
      resumedUpTo.remove(groupId);
    }
    return true;
  }

  /**
   * Sends what the resume held back and is live from here on. On the lane.
   *
   * @param held the events held back, in order
   * @param upTo the last number of each group that was sent, these frames included
   */
  void resumed(List<Resume.Held> held, Map<String, Long> upTo) {
    resume = null;
    resumedUpTo = upTo;
    held.forEach(next -> sendEvent(next.frame(), next.event()));
    send(GatewayFrames.RESUMED);
  }

  /**
   * Runs a task on the lane, unless the lane has ended, and the gateway with it.
   *
   * @return whether it will run
   */
  @CanIgnoreReturnValue
  boolean onLane(Runnable task) {
    try {
      lane().execute(task);
      return true;
    } catch (RejectedExecutionException stopped) {
      LOG.debug("gateway.lane_ended app={} gateway={}", key().appId(), key().gatewayId());
      return false;
    }
  }

  private void unsubscribe() {
    if (subscribed) {
      app.topics().remove(subscription);
      subscribed = false;
    }
  }
}
