package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.HeraldException;
import dev.herald.core.relay.RelayStore;
import dev.herald.core.relay.RelayStore.Batch;
import dev.herald.core.relay.RelayStore.RetainedChange;
import dev.herald.core.relay.RelayStore.SessionChange;
import dev.herald.core.relay.SavedSession;
import dev.herald.core.relay.SavedSession.Queued;
import dev.herald.core.relay.SavedSession.Subscription;
import dev.herald.core.relay.SavedSession.Will;
import dev.herald.core.route.Message;
import dev.herald.core.route.MessageProperties;
import dev.herald.core.route.MessageProperties.PayloadFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** What every relay store must do. */
public abstract class RelayStoreContract {
  private @Nullable RelayStore store;

  /** For the suites of adapters. */
  protected RelayStoreContract() {}

  /** Opens a started store over the present test's data; called again after it was closed. */
  protected abstract RelayStore open();

  /** Opens the store of the test. */
  @BeforeEach
  protected final void openStore() {
    store = open();
  }

  /** Closes the store of the test. */
  @AfterEach
  protected final void closeStore() {
    store().close();
  }

  private RelayStore store() {
    RelayStore present = store;
    if (present == null) {
      throw new IllegalStateException("not open");
    }
    return present;
  }

  private RelayContents reopened() {
    store().close();
    store = open();
    return RelayContents.of(store());
  }

  private static Message message(String topic, String payload) {
    return new Message(
        topic,
        payload.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        1,
        true,
        MessageProperties.NONE,
        Message.NEVER,
        null);
  }

  private static Message full(int qos) {
    byte[] payload = new byte[5000];
    new Random(qos).nextBytes(payload);
    MessageProperties every =
        new MessageProperties(
            qos == 0 ? PayloadFormat.NOT_SAID : qos == 1 ? PayloadFormat.BYTES : PayloadFormat.UTF8,
            "text/plain",
            "re/ply",
            new byte[] {0, -1},
            List.of("k", "v", "k", "", "", "\ud83d\ude00"));
    return new Message("a/\u00e9 b", payload, qos, qos == 2, every, 1_800_000_000_123L, "client'1");
  }

  private static SavedSession session(long id, String clientId) {
    return new SavedSession(
        id,
        "app",
        clientId,
        "user",
        60,
        1_800_000_060_000L,
        null,
        Message.NEVER,
        List.of(),
        List.of());
  }

  private static Queued queued(int no, Message message) {
    return new Queued(no, message, 1, false, List.of(), 0, false);
  }

  private static Batch retained(RetainedChange... changes) {
    return new Batch(List.of(changes), List.of());
  }

  private static Batch sessions(SessionChange... changes) {
    return new Batch(List.of(), List.of(changes));
  }

  private static SessionChange change(@Nullable SavedSession state, long id, Queued... messages) {
    return new SessionChange(id, false, state, List.of(messages), List.of());
  }

  /** Asserts that after a restart the store gives what the model, written the same, gives. */
  private void assertKeeps(Batch... batches) {
    ModelRelayStore model = new ModelRelayStore(new ModelRelayStore.Place());
    model.start();
    RelayContents _ = RelayContents.of(store());
    for (Batch batch : batches) {
      store().write(batch);
      model.write(batch);
    }
    RelayContents expected = RelayContents.of(model);
    RelayContents found = reopened();
    assertThat(found.retained()).isEqualTo(expected.retained());
    assertThat(List.copyOf(found.sessions().entrySet()))
        .isEqualTo(List.copyOf(expected.sessions().entrySet()));
  }

  @Test
  void empty_givesNothing() {
    RelayContents found = RelayContents.of(store());
    assertThat(found.retained()).isEmpty();
    assertThat(found.sessions()).isEmpty();
  }

  @Test
  void retained_everythingOfAMessage_isKept() {
    assertKeeps(
        retained(
            new RetainedChange("a", full(0).topic(), full(0)),
            new RetainedChange("A", full(1).topic(), full(1)),
            new RetainedChange("a", "t", message("t", ""))));
  }

  @Test
  void retained_lastWriteWins_andNullRemoves() {
    assertKeeps(
        retained(
            new RetainedChange("a", "t", message("t", "1")),
            new RetainedChange("a", "T", message("T", "2")),
            new RetainedChange("b", "t", message("t", "3"))),
        retained(
            new RetainedChange("a", "t", message("t", "4")),
            new RetainedChange("b", "t", null),
            new RetainedChange("b", "unknown", null)));
  }

  @Test
  void session_everything_isKept() {
    SavedSession all =
        new SavedSession(
            7,
            "app",
            "c'",
            "",
            0xFFFF_FFFFL,
            Message.NEVER,
            new Will(full(2), 5, -1),
            Message.NEVER,
            List.of(
                new Subscription("a/+/#", 0x2E, 268_435_455, -1),
                new Subscription("$share/g/t", 1, 0, -1),
                new Subscription("$group/g", 0xFF, 1, 0),
                new Subscription("$group/h", 1, 268_435_455, Long.MAX_VALUE)),
            List.of(1, 65_535));
    assertKeeps(
        sessions(
            change(
                all,
                7,
                new Queued(1, full(1), 1, true, List.of(1, 268_435_455), 65_535, false),
                new Queued(2, full(2), 2, false, List.of(), 1, true),
                queued(3, message("t", "")))));
  }

  @Test
  void sessions_areGivenNewestFirst() {
    store().write(sessions(change(session(2, "b"), 2), change(session(9, "a"), 9)));
    store().write(sessions(change(session(5, "a"), 5)));
    assertThat(reopened().sessions().keySet()).containsExactly(9L, 5L, 2L);
  }

  @Test
  void messages_areUpdatedAndCompleted() {
    Message one = message("t", "1");
    Message two = message("t", "2");
    assertKeeps(
        sessions(change(session(1, "c"), 1, queued(1, one), queued(2, two), queued(3, one))),
        sessions(change(null, 1, new Queued(1, one, 1, false, List.of(), 7, false))),
        sessions(
            new SessionChange(
                1,
                false,
                null,
                List.of(new Queued(1, one, 1, false, List.of(), 7, true), queued(4, two)),
                List.of(2, 3))));
  }

  @Test
  void end_leavesNothing_andAnotherSessionOfTheClientIsApart() {
    Message shared = message("t", "shared");
    assertKeeps(
        sessions(
            change(session(1, "c"), 1, queued(1, shared)),
            change(session(2, "d"), 2, queued(1, shared))),
        sessions(change(session(3, "c"), 3, queued(1, message("t", "new"))), SessionChange.end(1)),
        sessions(SessionChange.end(99)));
  }

  @Test
  void sharedMessage_isOneObjectForAllItsSessions() {
    Message shared = full(1);
    store()
        .write(
            sessions(
                change(session(1, "a"), 1, queued(1, shared), queued(2, shared)),
                change(session(2, "b"), 2, queued(1, shared), queued(2, full(1)))));
    RelayContents loaded = reopened();
    Message first = loaded.messages(1).getFirst().message();
    assertThat(loaded.messages(1).getLast().message()).isSameAs(first);
    assertThat(loaded.messages(2).getFirst().message()).isSameAs(first);
    assertThat(loaded.messages(2).getLast().message()).isNotSameAs(first);
    // and it is let go by one after the other
    store().write(sessions(SessionChange.end(1)));
    assertThat(reopened().messages(2)).hasSize(2);
    store().write(sessions(new SessionChange(2, false, null, List.of(), List.of(1))));
    store().write(sessions(change(null, 2, queued(3, shared))));
    assertThat(reopened().messages(2)).extracting(Queued::no).containsExactly(2, 3);
  }

  @Test
  void closed_refusesToWrite_andOpensAgain() {
    store().write(retained(new RetainedChange("a", "t", message("t", "1"))));
    store().close();
    assertThatThrownBy(() -> store().write(sessions())).isInstanceOf(HeraldException.class);
    assertThat(reopened().retained()).hasSize(1);
  }

  @RepeatedTest(8)
  void anyWrites_leaveWhatTheModelHas(RepetitionInfo repetition) {
    long seed = repetition.getCurrentRepetition();
    Random random = new Random(seed);
    ModelRelayStore model = new ModelRelayStore(new ModelRelayStore.Place());
    model.start();
    List<Message> messages = List.of(message("t", "0"), message("t", "1"), full(0), full(2));
    Map<Long, Integer> lastNo = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      if (random.nextInt(6) == 0) {
        RelayContents found = reopened();
        assertThat(found.sameAs(RelayContents.of(model))).as("seed %s step %s", seed, i).isTrue();
      }
      Batch batch = new Batch(retained(random, messages), sessions(random, messages, lastNo));
      store().write(batch);
      model.write(batch);
    }
    assertThat(reopened().sameAs(RelayContents.of(model))).as("seed %s", seed).isTrue();
  }

  private static List<RetainedChange> retained(Random random, List<Message> messages) {
    List<RetainedChange> changes = new ArrayList<>();
    Message message = messages.get(random.nextInt(messages.size()));
    changes.add(
        new RetainedChange(
            "app" + random.nextInt(2), message.topic(), random.nextInt(3) == 0 ? null : message));
    return changes;
  }

  /** Changes to sessions 1 to 6: new messages, and those before them again. */
  private static List<SessionChange> sessions(
      Random random, List<Message> messages, Map<Long, Integer> lastNo) {
    List<SessionChange> changes = new ArrayList<>();
    for (long id = 1; id <= 6; id++) {
      if (random.nextInt(5) == 0) {
        changes.add(SessionChange.end(id));
        lastNo.remove(id);
      } else if (random.nextBoolean()) {
        int last = lastNo.getOrDefault(id, 0);
        List<Queued> queued = new ArrayList<>();
        for (int no = Math.max(1, last - 1); no <= last + random.nextInt(3); no++) {
          queued.add(
              new Queued(
                  no,
                  messages.get(random.nextInt(messages.size())),
                  1 + no % 2,
                  false,
                  List.of(),
                  random.nextInt(3),
                  random.nextBoolean()));
        }
        lastNo.put(id, queued.isEmpty() ? last : queued.getLast().no());
        List<Integer> completed =
            last > 2 && random.nextBoolean() ? List.of(1 + random.nextInt(last - 2)) : List.of();
        changes.add(
            new SessionChange(
                id,
                false,
                last == 0 || random.nextBoolean() ? session(id, "c" + id % 4) : null,
                queued,
                completed));
      }
    }
    return changes;
  }
}
