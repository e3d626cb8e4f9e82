package dev.herald.mqtt;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** The lanes of the edge, one for each event loop, numbered from 0. Immutable. */
final class Lanes {
  private final List<LoopLane> lanes = new ArrayList<>();
  private final IdentityHashMap<EventExecutor, LoopLane> byLoop = new IdentityHashMap<>();

  Lanes(EventLoopGroup group, PacedIo.Factory paced, MqttSettings settings, InstantSource clock) {
    for (EventExecutor executor : group) {
      EventLoop loop = (EventLoop) executor;
      LoopLane lane = new LoopLane(loop, lanes.size(), paced.of(loop), settings, clock);
      lanes.add(lane);
      byLoop.put(executor, lane);
    }
  }

  List<LoopLane> all() {
    return lanes;
  }

  LoopLane of(EventLoop loop) {
    LoopLane lane = byLoop.get(loop);
    if (lane == null) {
      throw new IllegalArgumentException("a loop of another group: " + loop);
    }
    return lane;
  }
}
