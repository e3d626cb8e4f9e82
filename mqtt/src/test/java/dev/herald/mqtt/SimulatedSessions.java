package dev.herald.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;

/**
 * Holds very many connected, subscribed and kept-alive sessions in one process, without sockets,
 * and measures what they take: heap for each, the time of a keep-alive sweep over all, the time of
 * a publish that goes to all, and that of an event of a group they all hear.
 *
 * <p>Everything but the socket is the server's: an edge with its lanes, the handler and the session
 * of each connection, the router and the topic tree. Clients are bytes fired into channels: CONNECT
 * of MQTT 3.1.1, then SUBSCRIBE.
 */
final class SimulatedSessions implements AutoCloseable {
  private static final int BATCH = 10_000;
  private static final int SWEEPS = 11;
  private static final int PUBLISHES = 7;
  private static final int PAYLOAD_BYTES = 64;
  private static final int KEEP_ALIVE_SECONDS = 3600;
  private static final String TOPIC = "news/all";
  private static final String GROUP = "$group/all";

  private final TestEdge edge =
      new TestEdge("connectionsMax", "10000000", "sessionsMax", "10000000");
  private final List<LoopLane> lanes = edge.edge().lanes();
  private final List<SimulatedChannel.Sink> sinks = new ArrayList<>();
  private final Channel[] channels;
  private final PrintStream out;

  /** Starts an edge without sessions. */
  private SimulatedSessions(int sessions, PrintStream out) {
    this.channels = new Channel[sessions];
    this.out = out;
    lanes.forEach(lane -> sinks.add(new SimulatedChannel.Sink()));
  }

  /**
   * Runs the simulation and prints what it measured.
   *
   * @param args how many sessions
   */
  public static void main(String[] args) {
    run(Integer.parseInt(args[0]), System.out);
    System.exit(0);
  }

  /** Runs the simulation; returns what it sent. */
  static Sent run(int sessions, PrintStream out) {
    try (SimulatedSessions simulation = new SimulatedSessions(sessions, out)) {
      return simulation.measure();
    }
  }

  private Sent measure() {
    out.printf(
        Locale.ROOT, "%,d sessions without sockets on %d lanes%n", channels.length, lanes.size());
    long before = usedHeapBytes();
    each(i -> channels[i] = register(i, new ChannelInboundHandlerAdapter()));
    long bare = usedHeapBytes() - before;
    out.printf(
        Locale.ROOT,
        "a channel of Netty with an empty handler: %,d B each%n",
        bare / channels.length);
    each(i -> {
      var _ = channels[i].close();
    });
    Arrays.fill(channels, null);

    before = usedHeapBytes();
    long began = System.nanoTime();
    each(i -> {
      channels[i] = register(i, edge.edge().mqttInitializer());
      fire(i, connect("device-" + i));
    });
    seconds("connected, all of them", began);
    long connected = usedHeapBytes() - before;
    out.printf(Locale.ROOT, "connected session: %,d B each%n", connected / channels.length);
    out.printf(
        Locale.ROOT, "... without the channel: %,d B each%n", (connected - bare) / channels.length);
    each(i -> fire(i, subscribe(TOPIC)));
    long subscribed = usedHeapBytes() - before;
    out.printf(
        Locale.ROOT,
        "subscription to a filter of all: %,d B each%n",
        (subscribed - connected) / channels.length);
    each(i -> fire(i, subscribe("device/" + i + "/in")));
    long own = usedHeapBytes() - before;
    out.printf(
        Locale.ROOT,
        "subscription to a filter of its own: %,d B each%n",
        (own - subscribed) / channels.length);
    out.printf(Locale.ROOT, "heap of all: %,d MiB%n", own >> 20);

    sweep();
    ByteBuf publish = publish(TOPIC);
    long published =
        toAll("a publish of " + PAYLOAD_BYTES + " B", publish, publish.readableBytes());
    each(i -> fire(i, subscribe(GROUP)));
    ByteBuf message = publish(GROUP);
    int event = message.readableBytes() + "1 device-0 null ".length(); // as TestEdge encodes it
    long pushed = toAll("an event of a group", message, event);
    return new Sent(published, pushed, edge.encoded());
  }

  private Channel register(int i, ChannelHandler handler) {
    int lane = i % lanes.size();
    Channel channel = new SimulatedChannel(sinks.get(lane));
    channel.pipeline().addLast(handler);
    var _ = lanes.get(lane).loop().register(channel);
    return channel;
  }

  private void fire(int i, ByteBuf packet) {
    channels[i].pipeline().fireChannelRead(packet).fireChannelReadComplete();
  }

  /** Does something for each session, on its lane, and returns when all is done. */
  private void each(IntConsumer task) {
    for (int from = 0; from < channels.length; from += BATCH) {
      int first = from;
      int end = Math.min(channels.length, from + BATCH);
      onLanes(lane -> {
        for (int i = first; i < end; i++) {
          if (i % lanes.size() == lane) {
            task.accept(i);
          }
        }
      });
    }
  }

  /** Does something on each lane at the same time, and what it put off; returns when it is done. */
  private void onLanes(IntConsumer task) {
    CountDownLatch done = new CountDownLatch(lanes.size());
    for (LoopLane lane : lanes) {
      lane.loop()
          .execute(() -> {
            task.accept(lane.index());
            lane.loop().execute(done::countDown);
          });
    }
    await(done);
  }

  private void sweep() {
    long[] tookNs = new long[SWEEPS];
    for (int i = 0; i < SWEEPS; i++) {
      long began = System.nanoTime();
      onLanes(lane -> lanes.get(lane).sweep());
      tookNs[i] = System.nanoTime() - began;
    }
    median("keep-alive sweep over all", tookNs);
  }

  /**
   * Has the first session publish, so many times that a number of an event has one digit.
   *
   * @param bytesEach how many bytes each session is to get of one
   * @return how many bytes one wrote to all sessions
   */
  private long toAll(String what, ByteBuf packet, long bytesEach) {
    long[] tookNs = new long[PUBLISHES];
    long before = bytes();
    for (int i = 0; i < PUBLISHES; i++) {
      CountDownLatch done = new CountDownLatch(lanes.size());
      onLanes(lane -> {
        int subscribers = (channels.length - lane + lanes.size() - 1) / lanes.size();
        SimulatedChannel.Sink sink = sinks.get(lane);
        sink.await(sink.bytes.sum() + bytesEach * subscribers, done::countDown);
      });
      long began = System.nanoTime();
      lanes.getFirst().loop().execute(() -> fire(0, packet.retainedDuplicate()));
      await(done);
      tookNs[i] = System.nanoTime() - began;
    }
    packet.release();
    median(what + " to all", tookNs);
    out.printf(Locale.ROOT, "... keeps buffers of %,d MiB%n", bufferBytes() >> 20);
    long each = (bytes() - before) / PUBLISHES;
    out.printf(Locale.ROOT, "... writes %,d B%n", each);
    return each;
  }

  private long bytes() {
    return sinks.stream().mapToLong(sink -> sink.bytes.sum()).sum();
  }

  /** Returns what the allocator of buffers has taken and keeps, outside the heap. */
  private static long bufferBytes() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static long usedHeapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private void seconds(String what, long beganNs) {
    out.printf(Locale.ROOT, "%s: %.1f s%n", what, (System.nanoTime() - beganNs) / 1e9);
  }

  private void median(String what, long[] tookNs) {
    Arrays.sort(tookNs);
    double ms = 1e-6;
    out.printf(
        Locale.ROOT,
        "%s: median %.1f ms (%.1f to %.1f)%n",
        what,
        tookNs[tookNs.length / 2] * ms,
        tookNs[0] * ms,
        tookNs[tookNs.length - 1] * ms);
  }

  // ---- packets

  private static ByteBuf connect(String clientId) {
    ByteBuf packet = ByteBufAllocator.DEFAULT.buffer();
    packet.writeByte(0x10).writeByte(12 + clientId.length());
    utf8(packet, "MQTT");
    packet.writeByte(4).writeByte(2).writeShort(KEEP_ALIVE_SECONDS);
    return utf8(packet, clientId);
  }

  private static ByteBuf subscribe(String filter) {
    ByteBuf packet = ByteBufAllocator.DEFAULT.buffer();
    packet.writeByte(0x82).writeByte(5 + filter.length()).writeShort(1);
    return utf8(packet, filter).writeByte(0);
  }

  private static ByteBuf publish(String topic) {
    ByteBuf packet = ByteBufAllocator.DEFAULT.buffer();
    packet.writeByte(0x30).writeByte(2 + topic.length() + PAYLOAD_BYTES);
    utf8(packet, topic);
    ByteBufUtil.writeUtf8(packet, "x".repeat(PAYLOAD_BYTES));
    return packet;
  }

  private static ByteBuf utf8(ByteBuf packet, String text) {
    packet.writeShort(ByteBufUtil.utf8Bytes(text));
    ByteBufUtil.writeUtf8(packet, text);
    return packet;
  }

  @Override
  public void close() {
    edge.close();
  }

  /**
   * What the simulation sent.
   *
   * @param publishBytes to all sessions, for one publish
   * @param eventBytes to all sessions, for one event of a group
   * @param eventsEncoded how often an event was encoded
   */
  record Sent(long publishBytes, long eventBytes, int eventsEncoded) {}
}
