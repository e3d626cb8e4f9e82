package dev.herald.mqtt;

import dev.herald.mqtt.codec.Limit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Lets so many new connections in each second, and closes the others before anything is made for
 * them. Stands before one listening socket; for its thread.
 */
final class AcceptGate extends ChannelInboundHandlerAdapter {
  private final Broker broker;
  private long second;
  private int accepted;

  AcceptGate(Broker broker) {
    this.broker = broker;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object connection) {
    int rateMax = broker.settings().connectionRateMax();
    if (rateMax > 0 && !hasRoom(rateMax)) {
      broker.counters().refused.increment();
      broker.counters().limit(Limit.CONNECTION_RATE).increment();
      ((Channel) connection).unsafe().closeForcibly();
    } else {
      ctx.fireChannelRead(connection);
    }
  }

  private boolean hasRoom(int rateMax) {
    long now = broker.clock().millis() / 1000;
    if (now != second) {
      second = now;
      accepted = 0;
    }
    return ++accepted <= rateMax;
  }
}
