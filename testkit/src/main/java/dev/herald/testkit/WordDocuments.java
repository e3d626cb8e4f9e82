package dev.herald.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.core.client.ClientDocuments;
import dev.herald.core.client.NotificationDraft;
import dev.herald.core.client.NotificationOutcome;
import dev.herald.core.client.PresenceEvent;
import dev.herald.core.client.Registration;
import dev.herald.core.client.Target;
import dev.herald.core.client.UserPresence;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What clients register, notifications and presence in words instead of JSON. A change is {@code
 * user=ann device=phone tag=a tag=b}, with {@code tags=} for no tags; a notification is {@code
 * seconds content} and then its targets, each {@code all} or names as {@code
 * user:ann,device:phone,any:a,all:b,none:c}.
 */
public final class WordDocuments implements ClientDocuments {
  /** Makes the documents. */
  public WordDocuments() {}

  @Override
  public Registration.Change change(byte[] document) {
    String userId = null;
    boolean hasDevice = false;
    String device = null;
    List<String> tags = null;
    for (String word : words(document)) {
      String[] pair = word.split("=", 2);
      switch (pair[0]) {
        case "user" -> userId = pair[1];
        case "device" -> {
          hasDevice = true;
          device = pair[1].isEmpty() ? null : pair[1];
        }
        case "tags" -> tags = new ArrayList<>();
        case "tag" -> {
          tags = tags == null ? new ArrayList<>() : tags;
          tags.add(pair[1]);
        }
        default -> throw new HeraldException(ErrorCode.MALFORMED_REQUEST, "not a change: " + word);
      }
    }
    return new Registration.Change(userId != null, userId, hasDevice, device, tags);
  }

  private static List<String> words(byte[] document) {
    String text = new String(document, UTF_8);
    return text.isEmpty() ? List.of() : List.of(text.split(" ", -1));
  }

  @Override
  public byte[] registration(String clientId, Registration registration) {
    return bytes(
        clientId
            + " "
            + registration.userId()
            + " "
            + registration.device()
            + " "
            + registration.tags());
  }

  @Override
  public NotificationDraft notification(byte[] document) {
    List<String> words = words(document);
    if (words.size() < 2) {
      throw new HeraldException(ErrorCode.MALFORMED_REQUEST, "not a notification");
    }
    return new NotificationDraft(
        words.stream().skip(2).map(WordDocuments::target).toList(),
        words.get(1),
        null,
        Long.parseLong(words.getFirst()));
  }

  private static Target target(String word) {
    List<Set<String>> names = new ArrayList<>();
    for (String kind : List.of("user:", "device:", "any:", "all:", "none:")) {
      Set<String> of = new HashSet<>();
      for (String name : word.split(",", -1)) {
        if (name.startsWith(kind)) {
          of.add(name.substring(kind.length()));
        }
      }
      names.add(of);
    }
    return new Target(names.get(0), names.get(1), names.get(2), names.get(3), names.get(4));
  }

  @Override
  public byte[] outcome(NotificationOutcome outcome) {
    return bytes("reached " + outcome.reached() + (outcome.kept() ? " kept" : ""));
  }

  @Override
  public byte[] event(PresenceEvent event) {
    return bytes(
        (event.online() ? "online " : "offline ") + event.clientId() + " " + event.device());
  }

  @Override
  public byte[] state(UserPresence presence) {
    return bytes(
        "state "
            + presence.clients().stream()
                .map(UserPresence.Online::clientId)
                .sorted()
                .collect(Collectors.joining(","))
            + " "
            + presence.lastSeenMs());
  }

  @Override
  public byte[] problem(HeraldException refusal) {
    return bytes(refusal.code().name());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
