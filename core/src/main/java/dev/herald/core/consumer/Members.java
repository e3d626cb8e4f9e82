package dev.herald.core.consumer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The members of one group: those that are given messages, and those that are stalled or have left
 * while something of theirs is open. Owned by the group's lane.
 */
final class Members {
  /** Which of those that are given messages can take one now. */
  final FreeMembers free = new FreeMembers();

  /** The keys that have something unfinished, each with the member it belongs to. */
  final Keys keys;

  private final List<Member> live = new ArrayList<>();
  private final List<Member> others = new ArrayList<>(0);
  private final GroupFigures figures;

  /**
   * Makes a group's members, none yet.
   *
   * @param hopeless takes a parcel with a key that every live member had its chance with
   */
  Members(GroupFigures figures, Consumer<Parcel> hopeless) {
    this.figures = figures;
    this.keys = new Keys(live, hopeless);
  }

  /** Returns those that are given messages. */
  List<Member> live() {
    return live;
  }

  /** Returns those that are stalled, and those that left while something of theirs is open. */
  List<Member> others() {
    return others;
  }

  /** Gives a member messages from now on. */
  void goLive(Member member) {
    member.live = true;
    member.place = live.size();
    live.add(member);
    place(member);
    keys.joined();
  }

  /** Sees where a member belongs after it changed. */
  void place(Member member) {
    free.place(member);
    keys.list(member);
  }

  /**
   * Looks at a member that something changed for; a stalled one that can go on is live again.
   *
   * @param answered whether its client answered something
   */
  void changed(Member member, boolean answered) {
    if (member.stalled && (answered || (member.underWay == 0 && !member.busy))) {
      endStall(member);
      boolean _ = others.remove(member);
      goLive(member);
    } else if (member.live) {
      place(member);
    }
  }

  /** Notes that a member answers nothing; it is given nothing until it does. */
  void stall(Member member) {
    retire(member);
    member.stalled = true;
    figures.stalled();
  }

  private void endStall(Member member) {
    if (member.stalled) {
      member.stalled = false;
      figures.recovered();
    }
  }

  /** Gives a member no more messages, and its keys to others. */
  void retire(Member member) {
    if (!member.live) {
      return;
    }
    member.live = false;
    others.add(member);
    free.remove(member);
    Member last = live.removeLast();
    if (last != member) {
      last.place = member.place;
      live.set(member.place, last);
    }
    keys.retired(member);
  }

  /** Notes that a member has left. */
  void left(Member member) {
    retire(member);
    endStall(member);
    member.gone = true;
  }

  /** Does something with each, and forgets those that left and have nothing open after it. */
  void forEach(Consumer<Member> work) {
    // the work may take members from the lists; only such as were seen move to another place
    for (int i = others.size() - 1; i >= 0; i = Math.min(i, others.size()) - 1) {
      Member member = others.get(i);
      work.accept(member);
      if (member.gone && member.oldest == null) {
        boolean _ = others.remove(member);
      }
    }
    for (int i = live.size() - 1; i >= 0; i = Math.min(i, live.size()) - 1) {
      work.accept(live.get(i));
    }
  }
}
