package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mosquitto;
import dev.herald.it.harness.PlainMqtt5;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Four producers, and three groups of four consumers that crash, stall, refuse, leave and come
 * back, of which one is a program that is stopped for a while: every message that was acknowledged
 * was consumed by every group, in the order of its key. The same while the server is killed.
 *
 * <p>A few kills by default; {@code -Dherald.consumers.kills=20} sets how many.
 */
class ConsumerFaultsIT {
  private static final Logger LOG = System.getLogger(ConsumerFaultsIT.class.getName());
  private static final String USER = "faults/u";
  private static final List<String> FILTERS =
      List.of("$share/g0/jobs/#", "$share/g1/jobs/+", "$share/g2/+/job");
  private static final String TOPIC = "jobs/job";
  private static final int PRODUCERS = 4;
  private static final int CONSUMERS = 4;
  private static final int KEYS = 5;
  private static final int WINDOW = 32;
  private static final int RECEIVE_MAXIMUM = 20;
  private static final int STALL_MS = 3000;
  private static final int RETRY_MS = 20;
  private static final int REFUSED = 0x83;
  private static final int NOBODY = 0x10;

  @TempDir Path data;

  /** Producers send nothing new. */
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Nothing is to be consumed any more. */
  private final CountDownLatch done = new CountDownLatch(1);

  private final AtomicInteger serverNo = new AtomicInteger(1);

  /** The server that the steady consumer of each group is subscribed at. */
  private final AtomicIntegerArray steadyAt = new AtomicIntegerArray(FILTERS.size());

  private final List<List<String>> processed =
      FILTERS.stream()
          .map(filter -> Collections.synchronizedList(new ArrayList<String>()))
          .toList();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Map<String, AtomicInteger> faults = new ConcurrentHashMap<>();
  private final Set<PlainMqtt5> connections = ConcurrentHashMap.newKeySet();

  static IntStream kills() {
    return IntStream.of(0, Integer.getInteger("herald.consumers.kills", 3));
  }

  @ParameterizedTest
  @MethodSource("kills")
  void acknowledgedMeansConsumed_whateverFails(int kills) throws Exception {
    int perRound = 2500;
    try (var server =
        HeraldProcess.start(data, "consumers.ackTimeout=1s", "consumers.attemptsMax=1000")) {
      List<Thread> producers = new ArrayList<>();
      List<Thread> consumers = new ArrayList<>();
      int port = server.ports().mqtt();
      try (var stopped = stopped(server, FILTERS.getFirst())) {
        for (int group = 0; group < FILTERS.size(); group++) {
          for (int i = 0; i < CONSUMERS; i++) {
            Consumer consumer = new Consumer(port, group, i == 0);
            consumers.add(Thread.ofVirtual().start(consumer));
          }
        }
        for (int i = 0; i < PRODUCERS; i++) {
          producers.add(Thread.ofVirtual().start(new Producer(port, "p" + i)));
        }
        stopped.child().stop();
        for (int round = 0; round <= kills; round++) {
          int enough = acknowledged.size() + perRound;
          await("acknowledged")
              .atMost(Duration.ofMinutes(2))
              .until(() -> acknowledged.size() >= enough);
          if (round < kills) {
            serverNo.incrementAndGet();
            server.kill();
            server.restart();
          }
        }
        await("every fault")
            .atMost(Duration.ofSeconds(60))
            .until(() -> faults.keySet().containsAll(Set.of("crash", "stall", "refuse", "leave")));
        stopped.child().resume();
        ended.countDown();
        join(producers);
        done.countDown();
        for (PlainMqtt5 connection : connections) {
          connection.close();
        }
        join(consumers);
        await("what was consumed is written")
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(() -> checkConsumed(new HashSet<>(stopped.messages())));
      }
      checkRepeated(kills);
    }
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
    }
  }

  private static Mosquitto.Subscriber stopped(HeraldProcess server, String filter) {
    return new Mosquitto(server, USER)
        .subscribeFormat("%p", "-V", "mqttv311", "-q", "1", "-t", filter, "-W", "300");
  }

  private void checkConsumed(Set<String> byProgram) {
    for (int group = 0; group < FILTERS.size(); group++) {
      Set<String> lost = new HashSet<>(acknowledged);
      lost.removeAll(new HashSet<>(processed.get(group)));
      if (group == 0) {
        lost.removeAll(byProgram);
      }
      assertThat(lost).as("acknowledged and not consumed by %s", FILTERS.get(group)).isEmpty();
    }
  }

  private void checkRepeated(int kills) {
    int duplicates = 0;
    for (List<String> log : processed) {
      duplicates += log.size() - new HashSet<>(log).size();
      checkOrder(log);
    }
    LOG.log(
        Level.INFO,
        "{0} acknowledged, {1} kills, faults of consumers {2}, {3} consumed again",
        acknowledged.size(),
        kills,
        faults,
        duplicates);
    int failures = faults.values().stream().mapToInt(AtomicInteger::get).sum() + 1;
    int underWay = RECEIVE_MAXIMUM * failures;
    int repeated = kills * FILTERS.size() * (PRODUCERS * WINDOW + CONSUMERS * RECEIVE_MAXIMUM);
    assertThat(duplicates)
        .as("duplicates of %s messages after %s", acknowledged.size(), faults)
        .isLessThanOrEqualTo(underWay + repeated);
  }

  /** Whatever is newer than a message of its key was consumed after it, perhaps once more. */
  private void checkOrder(List<String> log) {
    Map<String, TreeMap<Integer, int[]>> firstAndLast = new HashMap<>();
    for (int at = 0; at < log.size(); at++) {
      if (acknowledged.contains(log.get(at))) {
        String text = log.get(at);
        int where = at;
        int[] seen =
            firstAndLast
                .computeIfAbsent(key(text), key -> new TreeMap<>())
                .computeIfAbsent(number(text), number -> new int[] {where, where});
        seen[1] = at;
      }
    }
    firstAndLast.forEach((key, numbers) -> {
      int lastOfNewer = Integer.MAX_VALUE;
      for (Map.Entry<Integer, int[]> entry : numbers.descendingMap().entrySet()) {
        assertThat(entry.getValue()[0])
            .as("%s %s before what is newer", key, entry.getKey())
            .isLessThan(lastOfNewer);
        lastOfNewer = Math.min(lastOfNewer, entry.getValue()[1]);
      }
    });
  }

  private static String key(String text) {
    return text.substring(0, text.indexOf(' '));
  }

  private static int number(String text) {
    return Integer.parseInt(text.substring(text.indexOf(' ') + 1));
  }

  private static boolean isOver(CountDownLatch latch, int waitMs) {
    try {
      return latch.await(waitMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Publishes numbered messages of its own keys, and again what was not acknowledged. */
  private final class Producer implements Runnable {
    private final int port;
    private final String name;
    private final Map<Integer, String> pending = new TreeMap<>();
    private int last;

    Producer(int port, String name) {
      this.port = port;
      this.name = name;
    }

    @Override
    public void run() {
      while (!isOver(ended, RETRY_MS)) {
        int server = serverNo.get();
        boolean allThere = true;
        for (int group = 0; group < FILTERS.size(); group++) {
          allThere &= steadyAt.get(group) == server;
        }
        if (allThere) {
          try (PlainMqtt5 connection = new PlainMqtt5(port, USER, RECEIVE_MAXIMUM)) {
            produce(connection);
          } catch (IOException lost) {
            // what was not acknowledged is sent again
          }
        }
      }
    }

    private void produce(PlainMqtt5 connection) throws IOException {
      for (Map.Entry<Integer, String> each : pending.entrySet()) {
        send(connection, each.getKey(), each.getValue(), true);
      }
      while (!isOver(ended, 0) || !pending.isEmpty()) {
        while (pending.size() < WINDOW && !isOver(ended, 0)) {
          last++;
          // no identifier is used twice: there are fewer messages than identifiers
          pending.put(last, name + "-k" + last % KEYS + " " + last);
          send(connection, last, pending.get(last), false);
        }
        PlainMqtt5.Packet packet = connection.read();
        assertThat(packet.isAcknowledgement()).isTrue();
        String text = pending.remove(packet.packetId());
        if (text != null && packet.reason() < 0x80 && packet.reason() != NOBODY) {
          acknowledged.add(text);
        }
      }
    }

    private void send(PlainMqtt5 to, int packetId, String text, boolean again) throws IOException {
      to.publish(TOPIC, packetId, key(text), text, again);
    }
  }

  /** Consumes, and fails now and then unless it is steady. */
  private final class Consumer implements Runnable {
    private final int port;
    private final int group;
    private final boolean steady;
    private final Random random;

    /** The keys of which it refused a message: later ones it has already it refuses, too. */
    private final Map<String, Refusal> refused = new HashMap<>();

    private int received;

    Consumer(int port, int group, boolean steady) {
      this.port = port;
      this.group = group;
      this.steady = steady;
      this.random = new Random(group * 31L + port);
    }

    @Override
    public void run() {
      while (!isOver(done, RETRY_MS)) {
        int server = serverNo.get();
        try (PlainMqtt5 connection = new PlainMqtt5(port, USER, RECEIVE_MAXIMUM)) {
          connections.add(connection);
          connection.subscribe(FILTERS.get(group));
          if (steady) {
            steadyAt.set(group, server);
          }
          refused.clear();
          while (consume(connection)) {
            // the next one
          }
        } catch (IOException lost) {
          // comes back
        }
      }
    }

    private boolean consume(PlainMqtt5 connection) throws IOException {
      PlainMqtt5.Packet packet = connection.read();
      if (!packet.isMessage()) {
        throw new IOException("disconnected");
      }
      received++;
      String fault = steady ? "" : fault();
      if (!fault.isEmpty()) {
        faults.computeIfAbsent(fault, of -> new AtomicInteger()).incrementAndGet();
      }
      switch (fault) {
        case "crash" -> {
          return false;
        }
        case "leave" -> {
          process(connection, packet);
          connection.flush();
          return false;
        }
        case "stall" -> {
          var _ = isOver(done, STALL_MS);
          process(connection, packet);
        }
        case "refuse" -> refuse(connection, packet);
        default -> process(connection, packet);
      }
      return true;
    }

    private String fault() {
      return switch (random.nextInt(400)) {
        case 0 -> "crash";
        case 1 -> "leave";
        case 2 -> "stall";
        case 3 -> "refuse";
        default -> "";
      };
    }

    private void process(PlainMqtt5 connection, PlainMqtt5.Packet packet) throws IOException {
      Refusal refusal = refused.get(key(packet.text()));
      if (refusal != null && number(packet.text()) > refusal.number && received <= refusal.until) {
        connection.acknowledge(packet.packetId(), REFUSED);
        return;
      }
      refused.remove(key(packet.text()));
      processed.get(group).add(packet.text());
      connection.acknowledge(packet.packetId(), 0);
    }

    private void refuse(PlainMqtt5 connection, PlainMqtt5.Packet packet) throws IOException {
      Refusal before = refused.get(key(packet.text()));
      int number =
          before == null ? number(packet.text()) : Math.min(before.number, number(packet.text()));
      refused.put(key(packet.text()), new Refusal(number, received + RECEIVE_MAXIMUM));
      connection.acknowledge(packet.packetId(), REFUSED);
    }
  }

  /**
   * A message that a consumer refused.
   *
   * @param number its number
   * @param until the last message of which the consumer may have been sent when it refused this one
   */
  private record Refusal(int number, int until) {}
}
