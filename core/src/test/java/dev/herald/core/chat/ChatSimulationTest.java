package dev.herald.core.chat;

import static dev.herald.core.chat.ChatWorld.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.chat.ChatWorld.Site;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Participants at two nodes join, speak, leave, lose their connections and come back, while the
 * lanes run their tasks one by one in any order: everybody is told the same, in the same order,
 * without a gap from the first word to the last; and what was acknowledged is with everybody who
 * was there.
 */
class ChatSimulationTest {
  private static final int STEPS = 300;
  private static final int CLIENTS = 8;

  @Property(tries = 200)
  void everybody_isToldTheSame(@ForAll long seed) {
    Run run = new Run(seed);
    for (int i = 0; i < STEPS; i++) {
      run.step();
    }
    run.check();
  }

  private static final class Run {
    private final Random random;
    private final ChatWorld world = new ChatWorld();
    private final ChatSettings settings =
        new ChatSettings(10, 10, 100, 100, Duration.ofDays(1), Duration.ofSeconds(30));
    private final List<Site> sites =
        List.of(world.site("n1", settings), world.site("n2", settings));
    private final List<FakeSeat> all = new ArrayList<>();
    private final Map<String, FakeSeat> present = new HashMap<>();
    private final Set<FakeSeat> away = new HashSet<>();
    private final Map<Long, String> acknowledged = new HashMap<>();
    private final FakeSeat anchor;
    private final List<CompletableFuture<Long>> said = new ArrayList<>();

    Run(long seed) {
      random = new Random(seed);
      // one who stays, so that it is one chat from the beginning to the end
      anchor = world.joined(sites.get(random.nextInt(2)), random.nextInt(2), "anchor");
      all.add(anchor);
    }

    void step() {
      String client = "c" + random.nextInt(CLIENTS);
      FakeSeat seat = present.get(client);
      switch (random.nextInt(12)) {
        case 0, 1 -> {
          // one at a time: of two that are on their way at once nobody knows which is the last
          if (seat == null || seat.isIn()) {
            join(client);
          }
        }
        case 2 -> {
          if (seat != null && seat.isIn()) {
            present.remove(client);
            seat.place().leave();
          }
        }
        case 3 -> {
          if (seat != null && seat.isIn()) {
            away.add(seat);
            seat.place().away(true);
          }
        }
        case 4 -> {
          if (seat != null && away.remove(seat)) {
            seat.place().back();
          }
        }
        case 5 -> {
          if (random.nextInt(10) == 0) {
            world.pass(31);
          }
        }
        case 6, 7, 8 -> say(seat == null || !seat.isIn() ? anchor : seat);
        default -> {
          for (int i = 0; i < random.nextInt(20); i++) {
            boolean _ = world.runOne(random);
          }
        }
      }
    }

    private void join(String client) {
      Site site = sites.get(random.nextInt(2));
      FakeSeat seat = site.seat(random.nextInt(2), client);
      all.add(seat);
      present.put(client, seat);
      CompletableFuture<Entry> _ = site.join(seat);
    }

    private void say(FakeSeat seat) {
      String text = "w" + said.size();
      CompletableFuture<Long> answer = seat.say(text);
      said.add(answer);
      var _ =
          answer.whenComplete((seq, refusal) -> {
            if (refusal == null) {
              acknowledged.put(seq, text);
            }
          });
    }

    void check() {
      world.settle();
      Map<Long, String> history = new HashMap<>();
      for (String told : anchor.told) {
        int space = told.indexOf(' ');
        history.put(Long.valueOf(told.substring(0, space)), told.substring(space + 1));
      }
      assertThat(history).as("what the one who stays was told").hasSize(anchor.told.size());
      assertThat(said).allMatch(CompletableFuture::isDone);
      assertThat(sites).allMatch(site -> site.chats.openQuestions() == 0);
      acknowledged.forEach((seq, text) -> assertThat(history).containsEntry(seq, text));
      for (FakeSeat seat : all) {
        long last = 0;
        for (String told : seat.told) {
          if (told.equals("closed")) {
            continue;
          }
          int space = told.indexOf(' ');
          long seq = Long.parseLong(told.substring(0, space));
          assertThat(last == 0 || seq == last + 1).as("%s after %d", told, last).isTrue();
          assertThat(history).containsEntry(seq, told.substring(space + 1));
          last = seq;
        }
      }
      CompletableFuture<ChatView> view =
          sites.stream()
              .map(site -> site.chats.view(CHAT).toCompletableFuture())
              .filter(answer -> !answer.isCompletedExceptionally())
              .findFirst()
              .orElseThrow();
      world.settle();
      for (FakeSeat seat : present.values()) {
        boolean isIn =
            view.join().participants().stream().anyMatch(one -> one.who().equals(seat.who()));
        // who comes back within the grace may not have been told anything since
        if (!seat.told.isEmpty()) {
          boolean wasToldTheLast = seat.told.getLast().equals(anchor.told.getLast());
          assertThat(wasToldTheLast).as("%s", seat.who()).isEqualTo(isIn);
        }
      }
    }
  }
}
