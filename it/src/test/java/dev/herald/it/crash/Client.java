package dev.herald.it.crash;

import dev.herald.it.crash.Sender.Told;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends one thing after another, through every life of the server, in each by a way
 * of its choice. What was not answered it sends again in the next life if a retry is safe, and
 * forgets otherwise. For one thread, the one that runs it.
 */
final class Client implements Runnable {
  private static final int RECALLABLE_MAX = 20;
  private static final int FILLER_MAX = 400;

  private final Lives lives;
  private final Ledger ledger;
  private final String app;
  private final List<String> groups;
  private final String user;
  private final SplittableRandom random;
  private final List<Sent> all = new ArrayList<>();
  private final Deque<Sent> recallable = new ArrayDeque<>();
  private @Nullable Attempt unanswered;

  /** Something to send that may be sent again. */
  private interface Attempt {
    void by(Sender sender, boolean again) throws Broken;
  }

  Client(CrashRun.Place place, int number, SplittableRandom random) {
    this.lives = place.lives();
    this.ledger = place.ledger();
    this.app = place.app();
    this.groups = place.groups();
    this.user = "u" + number;
    this.random = random;
  }

  /** Returns what it sent, once it has ended. */
  List<Sent> sent() {
    return all;
  }

  @Override
  public void run() {
    int life = lives.awaitAfter(0);
    while (life != 0) {
      try (Sender sender = open()) {
        retry(sender);
        while (!ledger.isOver()) {
          step(sender);
        }
        return;
      } catch (Broken broken) {
        if (!lives.wasEnded(life)) {
          ledger.faults.add(
              "a connection ended though the server lived",
              user + " in life " + life + ": " + broken + " " + cause(broken));
        }
      }
      life = lives.awaitAfter(life);
    }
  }

  private static String cause(Broken broken) {
    return String.valueOf(broken.getCause());
  }

  private Sender open() throws Broken {
    return switch (random.nextInt(8)) {
      case 0, 1 -> new HttpSender(lives.server(), app, true);
      case 2, 3 -> new HttpSender(lives.server(), app, false);
      case 4 -> new GatewaySender(lives.server(), app, user);
      default -> new MqttSender(lives.server(), app, user);
    };
  }

  private void retry(Sender sender) throws Broken {
    Attempt attempt = unanswered;
    if (attempt != null) {
      ledger.retried.increment();
      attempt.by(sender, true);
      unanswered = null;
    }
  }

  private void step(Sender sender) throws Broken {
    int choice = random.nextInt(20);
    boolean recalls = !(sender instanceof GatewaySender);
    if (choice == 0 && !all.isEmpty()) {
      repeat(sender, all.get(random.nextInt(all.size())));
    } else if (choice <= 2 && recalls && !recallable.isEmpty()) {
      Sent message = recallable.removeFirst();
      message.cause = "because of " + choice;
      untilAnswered(sender, (by, again) -> recall(by, message, again));
    } else {
      create(sender);
    }
  }

  private void untilAnswered(Sender sender, Attempt attempt) throws Broken {
    unanswered = attempt;
    attempt.by(sender, false);
    unanswered = null;
  }

  private void create(Sender sender) throws Broken {
    int number = all.size();
    boolean safe = sender instanceof GatewaySender || random.nextBoolean();
    // the first group is a busy one
    String group = groups.get(random.nextBoolean() ? 0 : random.nextInt(groups.size()));
    String filler = "x".repeat(random.nextInt(FILLER_MAX));
    Sent message =
        new Sent(group, user, user + "-" + number + " " + filler, safe ? "cm-" + number : null);
    all.add(message);
    ledger.sent.increment();
    if (safe) {
      untilAnswered(sender, (by, again) -> create(by, message));
    } else {
      create(sender, message);
    }
  }

  private void create(Sender sender, Sent message) throws Broken {
    Told told = sender.create(message);
    if (!told.done()) {
      message.refused = told.why();
      ledger.faults.add("a create was refused", message + ": " + told.why());
      return;
    }
    note(message, told);
    message.kept = true;
    ledger.kept();
    if (message.messageId != null && recallable.size() < RECALLABLE_MAX) {
      recallable.addLast(message);
    }
  }

  private void note(Sent message, Told told) {
    if (told.messageId() != null) {
      if (message.messageId != null && !message.messageId.equals(told.messageId())) {
        ledger.faults.add("a retry made another message", told.messageId() + " beside " + message);
      }
      message.messageId = told.messageId();
    }
    if (told.seq() != 0) {
      if (message.seq != 0 && message.seq != told.seq()) {
        ledger.faults.add("a retry was told another seq", told.seq() + " after " + message);
      }
      message.seq = told.seq();
    }
  }

  private void repeat(Sender sender, Sent message) throws Broken {
    if (message.clientMessageId == null || !message.kept) {
      return;
    }
    ledger.repeated.increment();
    Told told = sender.create(message);
    if (told.done()) {
      note(message, told);
    } else {
      ledger.faults.add("a retry of what is kept was refused", message + ": " + told.why());
    }
  }

  private void recall(Sender sender, Sent message, boolean again) throws Broken {
    if (sender instanceof GatewaySender) {
      try (Sender other = new HttpSender(lives.server(), app, true)) {
        recall(other, message, again);
      }
      return;
    }
    Told told = sender.recall(message);
    if (told.done() || (again && told.saysRecalledBefore())) {
      message.recalled = true;
      ledger.recalled.increment();
    } else {
      ledger.faults.add("a recall was refused", message + ": " + told.why());
    }
  }
}
