package dev.herald.core.chat;

import dev.herald.core.bus.Bus;
import dev.herald.core.bus.BusMessage;
import dev.herald.core.chat.ChatPacket.Answer;
import dev.herald.core.chat.ChatPacket.Body;
import dev.herald.core.chat.ChatPacket.Owned;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node and others say to each other about chats, over the bus: packets, in the order in
 * which one thread sends them, and questions with their answers. Thread-safe.
 */
final class ChatPost implements AutoCloseable {
  private final Bus bus;
  private final Supplier<String> self;
  private final AtomicLong requests = new AtomicLong();
  private final Map<Long, Question> open = new ConcurrentHashMap<>();
  private Bus.@Nullable Registration registration;

  /**
   * Makes a post that hears nothing yet.
   *
   * @param bus carries it
   * @param self this node's id
   */
  ChatPost(Bus bus, Supplier<String> self) {
    this.bus = bus;
    this.self = self;
  }

  /** Starts to hear; packets but answers go to the receiver, on the bus's thread. */
  synchronized void start(Consumer<ChatPacket> receiver) {
    registration = bus.subscribe(message -> hear(message, receiver));
  }

  @Override
  public synchronized void close() {
    if (registration != null) {
      registration.close();
    }
  }

  private void hear(BusMessage message, Consumer<ChatPacket> receiver) {
    if (!(message instanceof ChatPacket packet) || !packet.to().equals(self.get())) {
      return;
    }
    if (packet.body() instanceof Answer answer) {
      Question question = open.get(packet.request());
      if (question != null && question.isAnsweredBy(packet)) {
        open.remove(packet.request());
        question.complete(answer);
      }
    } else {
      receiver.accept(packet);
    }
  }

  /** Says something that has no answer. */
  void tell(String to, Owned chat, Body body) {
    bus.publish(new ChatPacket(to, self.get(), chat, 0, body));
  }

  /**
   * Asks something.
   *
   * @param answer completes with the number of the answer, or with its refusal; with
   *     NODE_UNREACHABLE when the node is found gone. On the bus's thread, before any packet that
   *     follows: so what is to be done then must have been said to it before
   */
  void ask(String to, Owned chat, Body body, CompletableFuture<Long> answer) {
    long request = requests.incrementAndGet();
    open.put(request, new Question(to, chat, answer));
    bus.publish(new ChatPacket(to, self.get(), chat, request, body));
  }

  /** Answers a question with a number, or with a refusal if there is one. */
  void answer(ChatPacket asked, @Nullable Long seq, @Nullable Throwable failure) {
    HeraldException refusal = failure == null ? null : HeraldException.of(failure);
    Answer answer =
        new Answer(
            refusal == null ? null : refusal.code(),
            refusal == null ? "" : refusal.detail(),
            seq == null ? 0 : seq);
    bus.publish(new ChatPacket(asked.from(), self.get(), asked.chat(), asked.request(), answer));
  }

  /** Answers a question, if it is one, about a chat that is not the one of this node. */
  void refuse(ChatPacket asked) {
    if (asked.request() != 0) {
      answer(asked, 0L, unreachable());
    }
  }

  /** Has every question to a node fail, because it is gone. */
  void nodeIsGone(String node) {
    open.forEach((request, question) -> {
      if (question.to.equals(node) && open.remove(request, question)) {
        question.answer.completeExceptionally(unreachable());
      }
    });
  }

  /** Returns how many questions are not answered. */
  int openCount() {
    return open.size();
  }

  static HeraldException unreachable() {
    return new HeraldException(
        ErrorCode.NODE_UNREACHABLE, "the worker that owned the chat is gone; join it again");
  }

  private record Question(String to, Owned chat, CompletableFuture<Long> answer) {
    boolean isAnsweredBy(ChatPacket packet) {
      return packet.from().equals(to) && packet.chat().equals(chat);
    }

    void complete(Answer with) {
      ErrorCode refusal = with.refusal();
      if (refusal == null) {
        answer.complete(with.seq());
      } else {
        answer.completeExceptionally(new HeraldException(refusal, with.detail()));
      }
    }
  }
}
