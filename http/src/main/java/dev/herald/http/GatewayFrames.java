package dev.herald.http;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.route.Message;

/** The frames a gateway is sent: UTF-8 of the contract's envelope with a code of its own. */
final class GatewayFrames {
  /** The first frame of a connection: from now on every event of the app is sent. */
  static final byte[] CONNECTED = Envelope.success(2000, "connection successful");

  /** Everything missed was sent; what follows is live. */
  static final byte[] RESUMED = Envelope.success(2006, "resume finished");

  /** The frame of a group event, made once for all gateways; the message's origin is the event. */
  static final Message.Form<byte[]> EVENT =
      new Message.Form<>(byte[].class, GatewayFrames::ofOrigin);

  private static final int CREATED = 2001;
  private static final int RECALLED = 2002;
  private static final int NOTICE_PUBLISHED = 2003;
  private static final int NOTICE_DELETED = 2004;
  private static final int ACKNOWLEDGED = 2005;
  private static final int PRUNED = 2007;
  private static final int REFUSED = 4000;
  private static final int SEND_FAILED = 4001;

  private GatewayFrames() {}

  /** Returns the frame that tells an event. */
  static byte[] event(GroupEvent event) {
    return switch (event) {
      case GroupEvent.Created created -> Envelope.success(CREATED, created.message());
      case GroupEvent.Recalled recalled ->
          withdrawn(
              RECALLED, recalled.seq(), json -> MessageJson.writeFields(json, recalled.message()));
      case GroupEvent.NoticePublished published ->
          Envelope.success(NOTICE_PUBLISHED, published.notice());
      case GroupEvent.NoticeDeleted deleted ->
          withdrawn(
              NOTICE_DELETED,
              deleted.seq(),
              json -> NoticeJson.writeFields(json, deleted.notice()));
    };
  }

  /**
   * What is withdrawn keeps the number of its creation; that of the withdrawal, from which a
   * gateway resumes, comes last as {@code eventSeq}.
   */
  private static byte[] withdrawn(int code, long eventSeq, Json.Writer fields) {
    return Envelope.success(
        code,
        json -> {
          json.writeStartObject();
          fields.write(json);
          json.writeNumberField("eventSeq", eventSeq);
          json.writeEndObject();
        });
  }

  /**
   * Returns the frame that tells a gateway that events it asked for are kept no longer.
   *
   * @param upToSeq the number of the last of them
   */
  static byte[] pruned(String groupId, long upToSeq) {
    return Envelope.success(
        PRUNED,
        json -> {
          json.writeStartObject();
          json.writeStringField("groupId", groupId);
          json.writeNumberField("prunedSeq", upToSeq);
          json.writeEndObject();
        });
  }

  /** Returns the frame that acknowledges a frame with a client's own id. */
  static byte[] acknowledged(GroupMessage message) {
    return Envelope.success(ACKNOWLEDGED, message);
  }

  /** Returns the frame that tells a send failed; the connection stays. */
  static byte[] sendFailed(String why) {
    return Envelope.failure(SEND_FAILED, "fail in send: " + why);
  }

  /** Returns the last frame of a connection that the server refuses or ends. */
  static byte[] refused(String why) {
    return Envelope.failure(REFUSED, "connection failed: " + why);
  }

  private static byte[] ofOrigin(Message message) {
    if (message.origin() instanceof GroupEvent event) {
      return event(event);
    }
    throw new IllegalArgumentException("no group event: " + message.topic());
  }
}
