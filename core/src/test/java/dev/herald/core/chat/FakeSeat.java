package dev.herald.core.chat;

import dev.herald.core.route.Lane;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A seat that remembers what it was told: {@code seq text}, or {@code closed}. */
final class FakeSeat implements Seat {
  final List<String> told = new ArrayList<>();
  private final ManualLane lane;
  private final Who who;
  private @Nullable Place place;

  /** Whose word the last message was; null for nobody's. */
  @Nullable String lastUser;

  FakeSeat(ManualLane lane, String clientId, String userId) {
    this.lane = lane;
    this.who = new Who(clientId, userId);
  }

  @Override
  public Lane lane() {
    return lane;
  }

  @Override
  public Who who() {
    return who;
  }

  @Override
  public void take(Message message) {
    if (!lane.inLane()) {
      throw new AssertionError("not on the seat's lane");
    }
    String seq = message.properties().userProperty("seq");
    lastUser = message.properties().userProperty("user");
    told.add(seq + " " + new String(message.payload(), StandardCharsets.UTF_8));
  }

  @Override
  public void closed() {
    if (!lane.inLane()) {
      throw new AssertionError("not on the seat's lane");
    }
    told.add("closed");
  }

  /** Returns what was told since it was asked last. */
  List<String> news() {
    List<String> news = List.copyOf(told);
    told.clear();
    return news;
  }

  void sits(Place at) {
    place = at;
  }

  boolean isIn() {
    return place != null;
  }

  Place place() {
    Place present = place;
    if (present == null) {
      throw new AssertionError(who + " is not in");
    }
    return present;
  }

  CompletableFuture<Long> say(String text) {
    return place().say(message(text)).toCompletableFuture();
  }

  static Message message(String text) {
    return new Message(
        "$chat/c",
        text.getBytes(StandardCharsets.UTF_8),
        1,
        false,
        MessageProperties.NONE,
        Message.NEVER,
        null);
  }

  /** Returns what a stage failed with, or a text that says that it did not. */
  static String failure(CompletableFuture<?> stage) {
    if (!stage.isDone()) {
      return "not done";
    }
    try {
      return "done " + stage.join();
    } catch (CompletionException e) {
      return dev.herald.core.error.HeraldException.of(e).code().name();
    }
  }
}
