package dev.herald.load;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a run and who publishes to whom. Owned by the loop.
 *
 * <p>Each flow and each subscriber has a group; a subscriber gets exactly the messages of its
 * group's flows, and everything else that comes is wrong.
 */
final class Fleet {
  private static final long SEED = 0xF1EE7;

  /** How many connections are being made at any moment. */
  private static final int AT_ONCE = 64;

  /** Seconds, longer than any run, so that no client has to ping. */
  private static final int KEEP_ALIVE_SECONDS = 3600;

  private final Target target;
  private final Plan plan;
  private final Loop loop;
  private final Tally tally = new Tally();
  private final ByteBuf frame;
  private final Schedule schedule;
  private final List<Client> clients = new ArrayList<>();
  private final List<Flow> flows = new ArrayList<>();
  private final Connector connector;

  /** The members of the shared subscription. */
  private final List<Peer> sharing = new ArrayList<>();

  /** Of each chat. */
  private final List<CommonOrder> orders = new ArrayList<>();

  /** Topics and client ids differ from run to run, so that runs do not meet. */
  private final String run = Integer.toHexString(ThreadLocalRandom.current().nextInt());

  /** Makes the clients; none is connected yet. */
  Fleet(Target target, Plan plan, Loop loop) {
    this.target = target;
    this.plan = plan;
    this.loop = loop;
    this.frame = PublishTemplate.frame(plan.payloadBytes());
    this.schedule = new Schedule(plan.publishers(), plan.isOpenLoop() ? plan.perSecond() : 1);
    this.connector = new Connector(loop, target.address().getAddress(), clients, AT_ONCE);
    switch (plan.scenario()) {
      case PAIRS -> pairs();
      case FAN_OUT -> fanOut();
      case FAN_IN -> fanIn();
      case SHARED -> shared();
      case MIXED -> mixed();
      case CHAT -> talks("$chat/bench-" + run + '-');
      case ROOMS -> talks(topic("room"));
      case CONNECTIONS -> throw new IllegalArgumentException("connections send no messages");
    }
  }

  private void pairs() {
    for (int i = 0; i < plan.publishers(); i++) {
      subscriber(i, topic("t" + i), i, 0);
      flow(publisher(i), topic("t" + i), i, Flow.Audience.ONE);
    }
  }

  private void fanOut() {
    for (int i = 0; i < plan.subscribers(); i++) {
      subscriber(i, topic("t"), 0, i);
    }
    for (int i = 0; i < plan.publishers(); i++) {
      flow(publisher(i), topic("t"), 0, Flow.Audience.ALL);
    }
  }

  private void fanIn() {
    for (int i = 0; i < plan.subscribers(); i++) {
      subscriber(i, topic("t" + i + "/+"), i, 0);
    }
    for (int i = 0; i < plan.publishers(); i++) {
      int group = i % plan.subscribers();
      flow(publisher(i), topic("t" + group + "/p" + i), group, Flow.Audience.ONE);
    }
  }

  private void shared() {
    for (int i = 0; i < plan.subscribers(); i++) {
      sharing.add(peer("s" + i, "$share/bench-" + run + '/' + topic("+"), 0, 0));
    }
    for (int i = 0; i < plan.publishers(); i++) {
      flow(publisher(i), topic("p" + i), 0, Flow.Audience.ANY);
    }
  }

  /** Everyone publishes to another; the way from one to the next goes through all of them. */
  private void mixed() {
    int count = plan.publishers();
    int[] next = new int[count];
    for (int i = 0; i < count; i++) {
      next[i] = i;
    }
    Random random = new Random(SEED);
    for (int i = count - 1; i > 0; i--) {
      int other = random.nextInt(i);
      int swapped = next[i];
      next[i] = next[other];
      next[other] = swapped;
    }
    for (int i = 0; i < count; i++) {
      Peer peer = peer("c" + i, topic("c" + i), i, 0);
      flow(peer, topic("c" + next[i]), next[i], Flow.Audience.ONE);
    }
  }

  /**
   * Everyone of a few subscribes to their topic, publishes to it, and gets what all of them say.
   */
  private void talks(String topics) {
    int members = plan.members();
    for (int i = 0; i < plan.publishers(); i++) {
      int talk = i / members;
      Peer peer = peer("c" + i, topics + talk, talk, i % members);
      flow(peer, topics + talk, talk, Flow.Audience.ALL);
    }
    if (plan.scenario() == Scenario.CHAT) {
      for (int i = 0; i < plan.publishers() / members; i++) {
        orders.add(new CommonOrder(members));
      }
    }
  }

  private void subscriber(int number, String filter, int group, int index) {
    var _ = peer("s" + number, filter, group, index);
  }

  private Peer publisher(int number) {
    return peer("p" + number, "", -1, 0);
  }

  private Peer peer(String name, String filter, int group, int index) {
    String clientId = "bench-" + run + '-' + name;
    Client.Login login = new Client.Login(target, clientId, KEEP_ALIVE_SECONDS);
    Peer peer = new Peer(this, login, filter, group, index);
    clients.add(peer);
    return peer;
  }

  private void flow(Peer publisher, String topic, int group, Flow.Audience audience) {
    int all = plan.scenario().isTalk() ? plan.members() : plan.subscribers();
    int receivers = audience == Flow.Audience.ALL ? all : 1;
    Flow flow = new Flow(flows.size(), this, publisher, topic, group, audience, receivers);
    publisher.publishes(flow);
    flows.add(flow);
  }

  private String topic(String name) {
    return "bench/" + run + '/' + name;
  }

  Target target() {
    return target;
  }

  Protocol protocol() {
    return target.protocol();
  }

  Plan plan() {
    return plan;
  }

  Loop loop() {
    return loop;
  }

  Tally tally() {
    return tally;
  }

  /** Returns the buffer in which every message is made. */
  ByteBuf frame() {
    return frame;
  }

  Schedule schedule() {
    return schedule;
  }

  Connector connector() {
    return connector;
  }

  /** Returns every client. */
  List<Client> clients() {
    return clients;
  }

  /** Returns every flow; its number is its place. */
  List<Flow> flows() {
    return flows;
  }

  /** Returns a flow by its number, or null if there is none or it is not of the group. */
  @Nullable Flow flow(int number, int group) {
    if (number < 0 || number >= flows.size()) {
      return null;
    }
    Flow flow = flows.get(number);
    return flow.group() == group ? flow : null;
  }

  /** Returns how many messages each member of the shared subscription got; empty without one. */
  long[] shares() {
    return sharing.stream().mapToLong(Peer::got).toArray();
  }

  /** Somebody got a message; in a chat all must get them in the same order. */
  void heard(int group, int index, long stamp) {
    if (!orders.isEmpty() && !orders.get(group).accept(index, stamp)) {
      tally.outOfOrder++;
    }
  }

  /** Ends every connection. */
  void close() {
    flows.forEach(Flow::end);
    clients.forEach(Client::close);
    frame.release();
  }
}
