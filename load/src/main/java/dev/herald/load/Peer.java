package dev.herald.load;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A client that publishes, subscribes, or both. Owned by the loop. */
final class Peer extends Client {
  private final Fleet fleet;
  private final int group;
  private final int index;
  private @Nullable Flow flow;
  private long got;

  /**
   * Makes a client that is not connected.
   *
   * @param filter what it subscribes to, empty for nothing
   * @param group whose messages it is to get: the flows of this number
   * @param index which of those that each of the messages goes to
   */
  Peer(Fleet fleet, Login login, String filter, int group, int index) {
    super(fleet.loop(), login, filter, fleet.plan().qos());
    this.fleet = fleet;
    this.group = group;
    this.index = index;
  }

  /** Makes it the publisher of a flow. */
  void publishes(Flow messages) {
    flow = messages;
  }

  /** Returns how many messages it got. */
  long got() {
    return got;
  }

  @Override
  void ready() {
    fleet.connector().oneReady();
  }

  @Override
  void failed(String reason) {
    fleet.tally().failed(reason);
  }

  @Override
  void drained() {
    if (flow != null) {
      flow.pump();
    }
  }

  @Override
  public void puback(int packetId, int reason) {
    if (flow != null) {
      flow.acknowledged(reason);
    }
  }

  @Override
  public void message(ByteBuf in, int payloadAt, int payloadBytes, int packetId) {
    if (packetId != 0) {
      ByteBuf packet = loop().scratch();
      Packets.puback(packet, packetId);
      send(packet);
    }
    boolean isChat = fleet.plan().scenario() == Scenario.CHAT;
    if (isChat && payloadBytes > 0 && in.getByte(payloadAt) == '{') {
      // who joined; no stamp of ours begins so
      return;
    }
    if (payloadBytes == fleet.plan().payloadBytes()) {
      long stamp = in.getLong(payloadAt);
      Flow from = fleet.flow(PublishTemplate.flow(stamp), group);
      if (from != null) {
        got++;
        fleet.heard(group, index, stamp);
        long intendedNs = in.getLong(payloadAt + 8);
        from.delivered(index, PublishTemplate.number(stamp), intendedNs, readAtNs());
        return;
      }
    }
    fleet.tally().damaged++;
  }
}
