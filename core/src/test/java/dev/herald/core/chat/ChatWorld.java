package dev.herald.core.chat;

import dev.herald.core.bus.InProcessBus;
import dev.herald.core.metric.Metrics;
import dev.herald.core.registry.EmbeddedRegistry;
import dev.herald.core.registry.Membership;
import dev.herald.core.registry.Registry.ChatKey;
import dev.herald.core.registry.Registry.Node;
import dev.herald.core.route.ManualLane;
import dev.herald.core.route.Router;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Nodes that share a registry and a bus, whose lanes run when the test says so, under a clock that
 * stands still until it is moved.
 */
final class ChatWorld {
  static final ChatKey CHAT = new ChatKey("app", "c");
  private static final int LANES = 2;

  final AtomicLong nowMs = new AtomicLong(1_000_000_000_000L);
  final InstantSource clock = () -> Instant.ofEpochMilli(nowMs.get());
  final EmbeddedRegistry registry = new EmbeddedRegistry(clock);
  final InProcessBus bus = new InProcessBus();
  final List<Site> sites = new ArrayList<>();

  /** A node. */
  static final class Site {
    final Metrics metrics = new Metrics();
    final Router router = new Router(LANES);
    final List<ManualLane> lanes = new ArrayList<>();
    final Membership membership;
    final Chats chats;
    boolean dead;

    Site(ChatWorld world, String id, ChatSettings settings) {
      membership =
          new Membership(world.registry, new Node(id, id + ".example", "1", 1883, 8083, 8000, 1));
      for (int i = 0; i < LANES; i++) {
        lanes.add(new ManualLane(i));
        router.addLane(lanes.get(i));
      }
      chats =
          new Chats(
              membership, world.bus, router, settings, ChatWorld::encode, world.clock, metrics);
      chats.start();
    }

    FakeSeat seat(int lane, String client) {
      return seat(lane, client, "");
    }

    FakeSeat seat(int lane, String client, String user) {
      return new FakeSeat(lanes.get(lane), client, user);
    }

    CompletableFuture<Entry> join(FakeSeat seat) {
      return join(CHAT, seat, false);
    }

    CompletableFuture<Entry> join(ChatKey key, FakeSeat seat, boolean redirects) {
      CompletableFuture<Entry> entry = new CompletableFuture<>();
      var _ =
          entry.thenAccept(in -> {
            if (in instanceof Place place) {
              seat.sits(place);
            }
          });
      chats.join(key, seat, redirects, entry);
      return entry;
    }

    long metric(String name) {
      return metrics.all().stream()
          .filter(metric -> metric.name().equals(name))
          .mapToLong(Metrics.Metric::value)
          .sum();
    }
  }

  static ChatSettings settings() {
    return new ChatSettings(3, 10, 4, 100, Duration.ofMinutes(10), Duration.ofSeconds(30));
  }

  private static byte[] encode(ChatEvent event) {
    Seat.Who who = event.who();
    String text =
        event.kind().word()
            + (who == null ? "" : " " + who.clientId())
            + " "
            + event.participants();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  Site site(String id) {
    return site(id, settings());
  }

  Site site(String id, ChatSettings settings) {
    Site site = new Site(this, id, settings);
    sites.add(site);
    sites.forEach(each -> each.membership.renew());
    return site;
  }

  /** Has a node vanish: its lanes run no more, and its lease is not renewed. */
  void kill(Site site) {
    site.dead = true;
    site.chats.close();
  }

  /** Runs all that is to be run. */
  void settle() {
    boolean ran = true;
    while (ran) {
      ran = false;
      for (Site site : sites) {
        for (ManualLane lane : site.lanes) {
          ran |= !site.dead && lane.runAll() > 0;
        }
      }
    }
  }

  /** Runs one task of some lane; returns whether there was one. */
  boolean runOne(Random random) {
    List<ManualLane> lanes = new ArrayList<>();
    sites.stream().filter(site -> !site.dead).forEach(site -> lanes.addAll(site.lanes));
    int first = random.nextInt(lanes.size());
    for (int i = 0; i < lanes.size(); i++) {
      if (lanes.get((first + i) % lanes.size()).runOne()) {
        return true;
      }
    }
    return false;
  }

  /** Does what is to be done, then lets time pass, second by second. */
  void pass(int seconds) {
    settle();
    for (int i = 0; i < seconds; i++) {
      nowMs.addAndGet(1000);
      for (Site site : sites) {
        if (!site.dead) {
          site.membership.renew();
          site.lanes.forEach(lane -> lane.call(() -> site.chats.sweep(lane)));
        }
      }
      settle();
    }
  }

  FakeSeat joined(Site site, int lane, String client) {
    return joined(site, site.seat(lane, client));
  }

  FakeSeat joined(Site site, FakeSeat seat) {
    CompletableFuture<Entry> entry = site.join(seat);
    settle();
    if (!(entry.join() instanceof Place)) {
      throw new AssertionError("not in: " + entry.join());
    }
    return seat;
  }
}
