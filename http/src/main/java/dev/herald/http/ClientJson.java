package dev.herald.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.herald.core.client.ClientDocuments;
import dev.herald.core.client.NotificationDraft;
import dev.herald.core.client.NotificationOutcome;
import dev.herald.core.client.PresenceEvent;
import dev.herald.core.client.Registration;
import dev.herald.core.client.Target;
import dev.herald.core.client.UserPresence;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What clients register, notifications and presence, in JSON; the same at every edge. */
public final class ClientJson implements ClientDocuments {
  private static final Set<String> CHANGE = Set.of("user", "device", "tags");
  private static final Set<String> NOTIFICATION =
      Set.of(
          "targets",
          "all",
          "users",
          "devices",
          "tags",
          "any",
          "none",
          "content",
          "contentType",
          "ttlSeconds");

  /** Makes the documents. */
  public ClientJson() {}

  // ---- registration

  @Override
  public Registration.Change change(byte[] document) {
    Fields fields = Fields.read(document, CHANGE);
    return new Registration.Change(
        fields.isGiven("user"),
        notEmpty(fields, "user"),
        fields.isGiven("device"),
        notEmpty(fields, "device"),
        fields.isGiven("tags") ? orEmpty(fields.texts("tags")) : null);
  }

  /** A user or device that is none is null; an empty text would be neither. */
  private static @Nullable String notEmpty(Fields fields, String name) {
    String text = fields.text(name);
    if (text != null && text.isEmpty()) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, name + " must have a character at least, or be null");
    }
    return text;
  }

  private static List<String> orEmpty(@Nullable List<String> texts) {
    return texts == null ? List.of() : texts;
  }

  @Override
  public byte[] registration(String clientId, Registration registration) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeStringField("clientId", clientId);
      json.writeStringField("user", registration.userId().isEmpty() ? null : registration.userId());
      json.writeStringField("device", registration.device());
      json.writeArrayFieldStart("tags");
      for (String tag : registration.tags()) {
        json.writeString(tag);
      }
      json.writeEndArray();
      json.writeEndObject();
    });
  }

  // ---- notifications

  @Override
  public NotificationDraft notification(byte[] document) {
    Fields fields = Fields.read(document, NOTIFICATION);
    return new NotificationDraft(
        fields.objects("targets").stream().map(ClientJson::target).toList(),
        fields.text("content"),
        fields.text("contentType"),
        fields.has("ttlSeconds") ? fields.number("ttlSeconds") : 0);
  }

  private static Target target(Fields fields) {
    boolean all = fields.isTrue("all");
    Fields tags = fields.object("tags");
    Target target =
        new Target(
            names(fields, "users"),
            names(fields, "devices"),
            names(tags, "any"),
            names(tags, "all"),
            names(tags, "none"));
    if (!all && target.names() == 0) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID,
          fields.nameOf("users") + ", devices or tags must name somebody, or all be true");
    }
    return target;
  }

  /** A condition that is there must name something, or it would mean everybody. */
  private static Set<String> names(Fields fields, String name) {
    List<String> names = fields.texts(name);
    if (names == null) {
      return Set.of();
    }
    if (names.isEmpty()) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID, fields.nameOf(name) + " must not be an empty array");
    }
    return Set.copyOf(names);
  }

  @Override
  public byte[] outcome(NotificationOutcome outcome) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeStringField("notificationId", Long.toString(outcome.id()));
      json.writeNumberField("reached", outcome.reached());
      json.writeBooleanField("complete", outcome.complete());
      json.writeBooleanField("kept", outcome.kept());
      json.writeEndObject();
    });
  }

  // ---- presence

  @Override
  public byte[] event(PresenceEvent event) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeStringField("event", event.online() ? "online" : "offline");
      json.writeStringField("userId", event.userId());
      json.writeStringField("clientId", event.clientId());
      json.writeStringField("device", event.device());
      json.writeNumberField("time", event.atMs());
      json.writeEndObject();
    });
  }

  @Override
  public byte[] state(UserPresence presence) {
    return Json.encode(json -> {
      json.writeStartObject();
      json.writeStringField("event", "state");
      writeFields(json, presence);
      json.writeEndObject();
    });
  }

  /** Returns who of a user is online, as the answer to a question. */
  static byte[] presence(UserPresence presence) {
    return Json.encode(json -> {
      json.writeStartObject();
      writeFields(json, presence);
      json.writeEndObject();
    });
  }

  private static void writeFields(JsonGenerator json, UserPresence presence) throws IOException {
    boolean online = !presence.clients().isEmpty();
    json.writeStringField("userId", presence.userId());
    json.writeBooleanField("online", online);
    json.writeArrayFieldStart("clients");
    for (UserPresence.Online client : presence.clients()) {
      json.writeStartObject();
      json.writeStringField("clientId", client.clientId());
      json.writeStringField("device", client.device());
      json.writeNumberField("since", client.sinceMs());
      json.writeEndObject();
    }
    json.writeEndArray();
    if (online || presence.lastSeenMs() == 0) {
      json.writeNullField("lastSeen");
    } else {
      json.writeNumberField("lastSeen", presence.lastSeenMs());
    }
  }

  @Override
  public byte[] problem(HeraldException refusal) {
    return Answers.problem(refusal);
  }
}
