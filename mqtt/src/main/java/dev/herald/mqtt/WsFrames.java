package dev.herald.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Turns WebSocket frames into the bytes of MQTT and back. Packets need not begin or end with a
 * frame [MQTT-6.0.0-2]; only binary frames carry MQTT [MQTT-6.0.0-1]. A close frame is answered
 * with its like, unless it answers ours, and ends the connection (RFC 6455, section 5.5.1).
 */
final class WsFrames extends ChannelDuplexHandler {
  /** Whether a frame was refused or closed the WebSocket, so that nothing after it counts. */
  private boolean over;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object read) {
    if (over) {
      ReferenceCountUtil.release(read);
    } else if (read instanceof BinaryWebSocketFrame || read instanceof ContinuationWebSocketFrame) {
      ctx.fireChannelRead(((WebSocketFrame) read).content());
    } else if (read instanceof CloseWebSocketFrame close) {
      over = true;
      // where we sent one before, the WebSocket's handler writes no second one
      var _ = ctx.writeAndFlush(close).addListener(ChannelFutureListener.CLOSE);
    } else if (read instanceof WebSocketFrame) {
      over = true;
      ReferenceCountUtil.release(read);
      var _ =
          ctx.writeAndFlush(
                  new CloseWebSocketFrame(
                      WebSocketCloseStatus.INVALID_MESSAGE_TYPE, "MQTT needs binary frames"))
              .addListener(ChannelFutureListener.CLOSE);
    } else {
      ReferenceCountUtil.release(read);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object written, ChannelPromise promise) {
    Object frame = written instanceof ByteBuf bytes ? new BinaryWebSocketFrame(bytes) : written;
    var _ = ctx.write(frame, promise);
  }
}
