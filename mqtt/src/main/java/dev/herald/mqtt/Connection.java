package dev.herald.mqtt;

import dev.herald.mqtt.codec.Ack;
import dev.herald.mqtt.codec.Connect;
import dev.herald.mqtt.codec.Disconnect;
import dev.herald.mqtt.codec.Limit;
import dev.herald.mqtt.codec.PacketDecoder;
import dev.herald.mqtt.codec.PacketEncoder;
import dev.herald.mqtt.codec.PacketException;
import dev.herald.mqtt.codec.PacketReader;
import dev.herald.mqtt.codec.PacketType;
import dev.herald.mqtt.codec.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: finds the packets in the bytes, obeys them, and looks after the
 * connection's life.
 *
 * <p>It is the only handler of a TCP channel, and works on the bytes where they arrived: a buffer
 * of its own exists only while a packet is incomplete. Owned by one lane, which changes at most
 * while CONNECT is obeyed.
 */
final class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = System.getLogger(Connection.class.getName());

  /** How long a connection that was told to end may take to close, in seconds. */
  private static final int LINGER_SECONDS = 2;

  /** A place in the lane's table of connections; -1 while in none. */
  int slot = -1;

  private final Broker broker;
  private LoopLane lane;
  private final Channel channel;
  private final boolean webSocket;
  private final PacketOutput out;
  private final InboundPublisher publisher;

  private @Nullable ByteBuf incomplete;
  private @Nullable Peer peer;
  private @Nullable Session session;
  private int version;
  private boolean wantsReasons;
  private int keepAliveSeconds;
  private int lastReadTick;
  private boolean ending;
  private boolean moving;
  private boolean held;
  private boolean paused;

  /**
   * Makes the connection of a channel; on the channel's loop.
   *
   * @param lane the loop as a lane
   * @param webSocket whether WebSocket frames carry the bytes
   */
  Connection(Broker broker, LoopLane lane, Channel channel, boolean webSocket) {
    this.webSocket = webSocket;
    this.broker = broker;
    this.lane = lane;
    this.channel = channel;
    this.out = new PacketOutput(this, broker, channel);
    this.publisher = new InboundPublisher(broker, this);
    this.lastReadTick = lane.tick();
    lane.add(this);
  }

  LoopLane lane() {
    return lane;
  }

  PacketOutput out() {
    return out;
  }

  /** Returns the protocol level, 4 or 5; 0 before CONNECT. */
  int version() {
    return version;
  }

  /** Returns whether the client wants to be told reasons in words (request problem information). */
  boolean wantsReasons() {
    return wantsReasons;
  }

  Session session() {
    Session present = session;
    if (present == null) {
      throw new IllegalStateException("not connected");
    }
    return present;
  }

  /** Returns the session, or null before CONNECT is obeyed and after the end. */
  @Nullable Session sessionOrNull() {
    return session;
  }

  /**
   * Returns about how many bytes of memory the connection holds: what waits to be sent, a packet
   * that is not complete, and the topics of aliases.
   */
  long heldBytes() {
    int part = incomplete == null ? 0 : incomplete.capacity();
    return part + out.heldBytes() + publisher.aliasBytes();
  }

  InboundPublisher publisher() {
    return publisher;
  }

  boolean isEnding() {
    return ending;
  }

  // ---- the other end

  /** Notes where the client is, by the header of a proxy. */
  void comesFrom(SocketAddress address) {
    peer = new Peer(address, null);
  }

  /** Returns what is known of the other end beside its socket. */
  Peer peer() {
    return Peer.orUnknown(peer);
  }

  /** Returns where the client is, by the header of a proxy if there was one. */
  @Nullable SocketAddress remoteAddress() {
    SocketAddress told = peer().address();
    return told == null ? channel.remoteAddress() : told;
  }

  private void handshakeIsOver(SslHandshakeCompletionEvent handshake) {
    if (handshake.isSuccess()) {
      peer = peer().afterHandshake(channel.pipeline().get(SslHandler.class).engine());
    } else {
      broker.counters().tlsHandshakesFailed.increment();
      LOG.log(Level.DEBUG, () -> "mqtt.tls_handshake_failed " + this + " " + handshake.cause());
    }
  }

  // ---- bytes to packets

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object read) {
    ByteBuf in = (ByteBuf) read;
    if (ending) {
      in.release();
      return;
    }
    if (session != null) {
      // before CONNECT a byte now and then buys no more time
      lastReadTick = lane.tick();
    }
    broker.counters().bytesReceived.add(in.readableBytes());
    if (incomplete == null) {
      decode(in, false);
    } else {
      ByteBuf gathered = incomplete.writeBytes(in);
      in.release();
      incomplete = null;
      decode(gathered, true);
    }
  }

  /**
   * Obeys every whole packet, then keeps what is left. Takes over the buffer.
   *
   * @param gathered whether the buffer is our own
   */
  private void decode(ByteBuf in, boolean gathered) {
    LoopLane on = lane;
    int packets = 0;
    try {
      while (!ending && !moving && !held && decodeOne(in)) {
        packets++;
      }
    } catch (PacketException broken) {
      Limit limit = broken.limit();
      if (limit != null) {
        broker.counters().limit(limit).increment();
      }
      broker.counters().protocolErrors.increment();
      LOG.log(Level.DEBUG, () -> "mqtt.protocol_error " + this + " " + broken.getMessage());
      end(broken.reason(), broken.getMessage());
    } catch (RuntimeException failure) {
      LOG.log(Level.ERROR, "mqtt.packet_failed " + this, failure);
      end(Reason.UNSPECIFIED_ERROR, null);
    } finally {
      on.countRead(packets);
      keep(in, gathered);
    }
  }

  private void keep(ByteBuf in, boolean gathered) {
    if (ending || !in.isReadable()) {
      in.release();
    } else if (gathered && in.readableBytes() > in.capacity() / 4) {
      incomplete = in.discardReadBytes();
    } else {
      // a copy of the few bytes, so that the large buffer they came in is free again
      incomplete = channel.alloc().buffer(in.readableBytes()).writeBytes(in);
      in.release();
    }
  }

  private boolean decodeOne(ByteBuf in) {
    if (!in.isReadable()) {
      return false;
    }
    int start = in.readerIndex();
    int first = in.getUnsignedByte(start);
    PacketType.check(first, version);
    if ((version == 0) != ((first >> 4) == PacketType.CONNECT)) {
      throw new PacketException(
          Reason.PROTOCOL_ERROR, "CONNECT must be the first packet, once [MQTT-3.1.0-1]");
    }
    int length = 0;
    int headerBytes = 1;
    int next;
    do {
      if (headerBytes > 4) {
        throw new PacketException(Reason.MALFORMED_PACKET, "the length has more than four bytes");
      }
      if (start + headerBytes >= in.writerIndex()) {
        return false;
      }
      next = in.getUnsignedByte(start + headerBytes);
      length |= (next & 0x7F) << (7 * (headerBytes - 1));
      headerBytes++;
    } while (next >= 0x80);
    if (next == 0 && headerBytes > 2) {
      throw new PacketException(
          Reason.MALFORMED_PACKET, "the length has more bytes than needed [MQTT-1.5.5-1]");
    }
    if (headerBytes + length > broker.settings().packetBytesMax()) {
      throw new PacketException(
          Reason.PACKET_TOO_LARGE, "the packet is larger than announced", Limit.PACKET_BYTES);
    }
    if (in.readableBytes() < headerBytes + length) {
      return false;
    }
    in.skipBytes(headerBytes);
    PacketReader reader = lane.reader();
    reader.start(in, length);
    int end = in.readerIndex() + length;
    obey(first, reader);
    in.readerIndex(end);
    return true;
  }

  private void obey(int first, PacketReader reader) {
    PacketDecoder decoder = lane.decoder();
    switch (first >> 4) {
      case PacketType.PUBLISH -> publisher.publish(decoder.publish(reader, first & 15, version));
      case PacketType.PUBACK -> {
        Ack ack = decoder.ack(reader, PacketType.PUBACK, version);
        session().outbound().acknowledged(ack.packetId(), ack.reason());
      }
      case PacketType.PUBREC -> received(decoder.ack(reader, PacketType.PUBREC, version));
      case PacketType.PUBREL -> publisher.release(decoder.ack(reader, PacketType.PUBREL, version));
      case PacketType.PUBCOMP ->
          session()
              .outbound()
              .completed(decoder.ack(reader, PacketType.PUBCOMP, version).packetId());
      case PacketType.SUBSCRIBE ->
          new Subscribing(broker, this, decoder.subscribe(reader, version)).run();
      case PacketType.UNSUBSCRIBE ->
          Subscribing.unsubscribe(this, decoder.unsubscribe(reader, version));
      case PacketType.PINGREQ -> {
        reader.expectEnd();
        PacketEncoder.pingresp(out.room(2));
      }
      case PacketType.DISCONNECT -> disconnect(decoder.disconnect(reader, version));
      case PacketType.CONNECT -> connect(decoder, reader);
      default ->
          throw new PacketException(
              Reason.PROTOCOL_ERROR, "AUTH without an authentication method [MQTT-4.12.0-6]");
    }
  }

  private void received(Ack ack) {
    int packetId = ack.packetId();
    int reason = session().outbound().received(packetId, ack.reason());
    if (reason >= 0) {
      out.ack(PacketType.PUBREL, packetId, reason, null);
    }
  }

  private void disconnect(Disconnect packet) {
    Session present = session();
    if (packet.sessionExpirySeconds() >= 0) {
      if (present.expirySeconds == 0 && packet.sessionExpirySeconds() > 0) {
        throw new PacketException(
            Reason.PROTOCOL_ERROR, "a session that was to end with its connection cannot stay");
      }
      present.expireAfter(packet.sessionExpirySeconds());
    }
    if (packet.reason() == Reason.SUCCESS) {
      present.forgetWill();
    }
    close();
  }

  // ---- CONNECT

  private void connect(PacketDecoder decoder, PacketReader reader) {
    int level = decoder.protocolLevel(reader);
    if (level != 4 && level != 5) {
      // bridges ask with the highest bit first, and go on without it if the answer is one of 3.1.1
      version = level > 5 && (level & 0x7F) != 4 ? 5 : 4;
      throw new PacketException(
          Reason.UNSUPPORTED_PROTOCOL_VERSION, "the protocol level must be 4 or 5 [MQTT-3.1.2-2]");
    }
    version = level;
    Connect packet = decoder.connect(reader, level);
    wantsReasons = level >= 5 && packet.options().problemInformation();
    out.limitPackets(packet.options().packetBytesMax());
    new Connecting(broker, this, packet).run();
  }

  /** Becomes the connection of a session on this lane. */
  void connected(Session of, int keepAlive) {
    session = of;
    keepAliveSeconds = keepAlive;
  }

  /** Moves to another lane and goes on there. Packets that follow CONNECT wait. */
  void moveTo(LoopLane target, Runnable then) {
    moving = true;
    channel.config().setAutoRead(false);
    lane.remove(this);
    // not at once: the loop is in the middle of reading from the channel
    lane.loop().execute(() -> channel.deregister().addListener(left -> register(target, then)));
  }

  private void register(LoopLane target, Runnable then) {
    var _ =
        target
            .loop()
            .register(channel)
            .addListener(arrived -> target.execute(() -> arrive(target, then)));
  }

  private void arrive(LoopLane target, Runnable then) {
    lane = target;
    moving = false;
    ByteBuf waiting = incomplete;
    incomplete = null;
    if (!channel.isOpen()) {
      ending = true;
      ReferenceCountUtil.release(waiting);
      return;
    }
    lane.add(this);
    lastReadTick = lane.tick();
    then.run();
    if (!moving) {
      channel.config().setAutoRead(true);
    }
    if (waiting != null) {
      decode(waiting, true);
    }
  }

  // ---- flow

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    pauseIfNeeded();
  }

  /** Reads no further for now if there is a reason not to. */
  void pauseIfNeeded() {
    if (!paused && !ending && !moving && (mustPause() || isSlowed())) {
      paused = true;
      if (isSlowed()) {
        broker.memory().countPause();
      }
      channel.config().setAutoRead(false);
      lane.pause(this);
    }
  }

  private boolean mustPause() {
    return held || broker.router().isCongested() || publisher.isFull() || outputPiledUp();
  }

  /** Obeys no further packet until {@link #goOn}: the present one waits for the store. */
  void hold() {
    held = true;
    pauseIfNeeded();
  }

  /** Obeys the packets that came after the one that waited. */
  void goOn() {
    held = false;
    ByteBuf waiting = incomplete;
    incomplete = null;
    if (waiting != null) {
      decode(waiting, true);
    }
  }

  /** Returns whether it publishes while publishers are to be read once a second only. */
  private boolean isSlowed() {
    return broker.memory().slowsPublishers()
        && publisher.hasPublished()
        && lastReadTick == lane.tick();
  }

  /** Returns whether the client asks for more answers than it reads. */
  private boolean outputPiledUp() {
    return out.pendingBytes() > 2L * broker.settings().queueBytesMax();
  }

  void readAgainIfAllowed() {
    if (ending || !paused) {
      return;
    }
    if (isSlowed()) {
      lane.pause(this);
    } else if (mustPause()) {
      if (!outputPiledUp()) {
        // the silence is ours
        lastReadTick = lane.tick();
      }
      lane.pause(this);
    } else {
      paused = false;
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable() && session != null) {
      session.drain();
    }
  }

  void flush() {
    out.flush();
  }

  // ---- the end

  /** Ends the connection and tells the client why, as far as its version allows. */
  void end(int reason, @Nullable String text) {
    lane.assertInLane();
    if (ending) {
      return;
    }
    tell(reason, wantsReasons || session == null ? out.fitting(text) : null);
    leave();
    out.flush();
    linger();
  }

  private void tell(int reason, @Nullable String text) {
    int size = 32 + (text == null ? 0 : 3 * text.length());
    if (session != null && version >= 5) {
      PacketEncoder.disconnect(out.room(size), reason, text);
    } else if (session == null && version != 0 && PacketEncoder.canRefuse(version, reason)) {
      broker.counters().refused.increment();
      if (out.packetBytesMax() < PacketEncoder.CONNACK_BYTES_MIN) {
        return;
      }
      PacketEncoder.connackRefused(out.room(size), version, reason, text);
    }
  }

  /**
   * Closes our side and reads on to the peer's end, so that what it was told is not lost in a
   * reset.
   */
  private void linger() {
    lastReadTick = lane.tick();
    channel.config().setAutoRead(true);
    if (webSocket && channel.isActive()) {
      var _ = channel.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE));
    } else if (channel instanceof DuplexChannel duplex && duplex.isActive()) {
      SslHandler tls = channel.pipeline().get(SslHandler.class);
      if (tls != null) {
        var _ = tls.closeOutbound();
      }
      var _ = duplex.shutdownOutput();
    } else {
      close();
    }
  }

  private void close() {
    leave();
    var _ = channel.close();
  }

  private void leave() {
    ending = true;
    Session left = session;
    session = null;
    if (left != null) {
      left.detach(this);
    }
  }

  /** Looks after time: closes a connection that is silent for too long. Called once a second. */
  void sweep(int tick) {
    int silent = tick - lastReadTick;
    if (ending) {
      if (silent > LINGER_SECONDS) {
        close();
      }
    } else if (session == null) {
      if (silent > broker.settings().connectTimeout().toSeconds() && !moving) {
        LOG.log(Level.DEBUG, () -> "mqtt.connect_timeout " + this);
        broker.counters().limit(Limit.CONNECT_TIMEOUT).increment();
        close();
      }
    } else if (keepAliveSeconds > 0 && silent - 1 > keepAliveSeconds + keepAliveSeconds / 2) {
      // a second less, because the tick of the last read was up to a second old
      end(Reason.KEEP_ALIVE_TIMEOUT, "nothing came for one and a half keep-alive times");
    }
  }

  /**
   * Hears of the end of a TLS handshake; and that the peer sends no more: it is answered what it
   * sent, then the connection is closed.
   */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      if (moving) {
        var _ = channel.close();
      } else {
        out.flush();
        close();
      }
    } else if (event instanceof SslHandshakeCompletionEvent handshake) {
      handshakeIsOver(handshake);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (moving) {
      return;
    }
    lane.remove(this);
    leave();
    out.discard();
    if (incomplete != null) {
      incomplete.release();
      incomplete = null;
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof SSLException || cause.getCause() instanceof SSLException) {
      LOG.log(Level.DEBUG, () -> "mqtt.tls_error " + this + " " + cause.getMessage());
    } else if (cause instanceof DecoderException) {
      broker.counters().protocolErrors.increment();
      LOG.log(Level.DEBUG, () -> "mqtt.websocket_error " + this + " " + cause.getMessage());
    } else if (!(cause instanceof IOException)) {
      LOG.log(Level.WARNING, "mqtt.connection_failed " + this, cause);
    }
    close();
  }

  @Override
  public String toString() {
    Session present = session;
    Peer known = peer();
    return "remote="
        + remoteAddress()
        + (known.address() == null ? "" : " proxy=" + channel.remoteAddress())
        + (known.certificateSubject() == null ? "" : " subject=" + known.certificateSubject())
        + (present == null ? "" : " app=" + present.key().appId());
  }
}
