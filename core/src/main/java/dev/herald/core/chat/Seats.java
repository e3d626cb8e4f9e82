package dev.herald.core.chat;

import dev.herald.core.route.Lane;
import dev.herald.core.route.Message;
import dev.herald.core.route.Router;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The seats of a chat by where they are: each lane, and each other node, is told a message once
 * however many seats it has; a node is told under the ownership by which it knows the chat. Owned
 * by the chat's lane; who is told something is decided there, at the moment it is numbered, so all
 * seats see the same order.
 */
final class Seats {
  private static final Seat[] NONE = {};

  private final Router router;
  private final ChatPost post;
  private final Runnable doubted;
  private final List<Branch> branches = new ArrayList<>(2);

  /**
   * Makes a chat without seats.
   *
   * @param doubted run when another node does not take what it is told, on any thread
   */
  Seats(Router router, ChatPost post, Runnable doubted) {
    this.router = router;
    this.post = post;
    this.doubted = doubted;
  }

  void add(Seat seat) {
    Branch branch = branchOf(seat);
    if (branch == null) {
      branch = seat instanceof RemoteSeat remote ? new OfNode(remote) : new OfLane(seat.lane());
      branches.add(branch);
    }
    branch.seats = Arrays.copyOf(branch.seats, branch.seats.length + 1);
    branch.seats[branch.seats.length - 1] = seat;
  }

  /** Removes a seat, if it is one of these. */
  void remove(Seat seat) {
    Branch branch = branchOf(seat);
    int place = branch == null ? -1 : Arrays.asList(branch.seats).indexOf(seat);
    if (branch == null || place < 0) {
      return;
    }
    if (branch.seats.length == 1) {
      branches.remove(branch);
      return;
    }
    Seat[] left = Arrays.copyOf(branch.seats, branch.seats.length - 1);
    System.arraycopy(branch.seats, place + 1, left, place, left.length - place);
    branch.seats = left;
  }

  /** Removes a seat and has it told that it is in the chat no longer, after all told before. */
  void close(Seat seat) {
    remove(seat);
    if (seat instanceof RemoteSeat remote) {
      post.tell(remote.node(), remote.chat(), new ChatPacket.Closed(remote.who().clientId()));
    } else {
      router.run(seat.lane(), 0, seat::closed);
    }
  }

  /**
   * Tells all seats.
   *
   * @param done run when each connection has it, on any thread
   */
  void tell(Message message, Runnable done) {
    AtomicInteger left = new AtomicInteger(branches.size() + 1);
    Runnable one =
        () -> {
          if (left.decrementAndGet() == 0) {
            done.run();
          }
        };
    for (Branch branch : branches) {
      branch.tell(message, one);
    }
    one.run();
  }

  private @Nullable Branch branchOf(Seat seat) {
    for (Branch branch : branches) {
      if (branch.holds(seat)) {
        return branch;
      }
    }
    return null;
  }

  /** Some seats at one place. */
  private abstract static class Branch {
    /** Never changed, so that a task may read it on another thread. */
    Seat[] seats = NONE;

    abstract boolean holds(Seat seat);

    abstract void tell(Message message, Runnable done);
  }

  private final class OfLane extends Branch {
    private final Lane lane;

    OfLane(Lane lane) {
      this.lane = lane;
    }

    @Override
    boolean holds(Seat seat) {
      return !(seat instanceof RemoteSeat) && seat.lane().equals(lane);
    }

    @Override
    void tell(Message message, Runnable done) {
      Seat[] told = seats;
      boolean given =
          router.run(
              lane,
              message.weight(),
              () -> {
                for (Seat seat : told) {
                  seat.take(message);
                }
                done.run();
              });
      if (!given) {
        done.run();
      }
    }
  }

  private final class OfNode extends Branch {
    private final RemoteSeat any;

    OfNode(RemoteSeat any) {
      this.any = any;
    }

    @Override
    boolean holds(Seat seat) {
      return any.isBeside(seat);
    }

    @Override
    void tell(Message message, Runnable done) {
      CompletableFuture<Long> shown = new CompletableFuture<>();
      var _ =
          shown.whenComplete((answer, refusal) -> {
            if (refusal != null) {
              doubted.run();
            }
            done.run();
          });
      post.ask(any.node(), any.chat(), new ChatPacket.Show(message), shown);
    }
  }
}
