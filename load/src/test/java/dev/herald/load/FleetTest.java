package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who publishes to whom, and what a flow makes of what is delivered; nothing is connected. */
class FleetTest {
  private static final int WINDOW = 4;

  private final InetSocketAddress address =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1883);
  private final Target target = new Target(address, Protocol.V5, null, null, 0);
  private final Loop loop = new Loop(address, false);

  @AfterEach
  void close() {
    loop.close();
  }

  private Fleet fleet(String scenario, int publishers, int subscribers, double perSecond) {
    Scenario of = Scenario.of(scenario);
    Duration second = Duration.ofSeconds(1);
    Plan plan =
        new Plan(of, publishers, subscribers, 0, 0, 64, WINDOW, perSecond, second, second, false);
    return new Fleet(target, plan, loop);
  }

  @ParameterizedTest
  @CsvSource({
    "1:1, 7, 7, 14, 7",
    "fanout, 1, 20, 21, 1",
    "fanout, 2, 20, 22, 2",
    "fanin, 20, 3, 23, 20",
    "shared, 5, 4, 9, 5",
    "mixed, 30, 30, 30, 30"
  })
  void fleet_everyScenario_hasItsClientsAndFlows(
      String scenario, int publishers, int subscribers, int clients, int flows) {
    Fleet fleet = fleet(scenario, publishers, subscribers, 0);
    assertThat(fleet.clients()).hasSize(clients);
    assertThat(fleet.flows()).hasSize(flows);
    fleet.close();
  }

  @Test
  void mixed_everyClient_getsTheMessagesOfExactlyOneOther() {
    Fleet fleet = fleet("mixed", 50, 50, 100);
    Set<Integer> groups = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      int group = fleet.flows().get(i).group();
      assertThat(group).isBetween(0, 49).isNotEqualTo(i);
      groups.add(group);
    }
    assertThat(groups).hasSize(50);
    fleet.close();
  }

  @Test
  void flow_ofAnotherGroupOrUnknown_isNotFound() {
    Fleet fleet = fleet("fanin", 6, 3, 0);
    assertThat(fleet.flow(4, 1)).isSameAs(fleet.flows().get(4));
    assertThat(fleet.flow(4, 2)).isNull();
    assertThat(fleet.flow(6, 0)).isNull();
    assertThat(fleet.flow(-1, 0)).isNull();
    fleet.close();
  }

  @Test
  void flow_fullSpeed_eachDeliveryLetsOneMoreGo() {
    Fleet fleet = fleet("1:1", 1, 1, 0);
    Flow flow = fleet.flows().getFirst();
    flow.startAtFullSpeed();
    assertThat(flow.sent()).isEqualTo(WINDOW);
    flow.delivered(0, 0, 1, 2);
    assertThat(flow.sent()).isEqualTo(WINDOW + 1);
    flow.delivered(0, 0, 1, 2);
    assertThat(flow.sent()).as("a duplicate").isEqualTo(WINDOW + 1);
    fleet.close();
  }

  @Test
  void flow_fanOut_waitsForTheSlowest() {
    Fleet fleet = fleet("fanout", 1, 2, 0);
    Flow flow = fleet.flows().getFirst();
    flow.startAtFullSpeed();
    for (int number = 0; number < WINDOW; number++) {
      flow.delivered(0, number, 1, 2);
    }
    assertThat(flow.sent()).isEqualTo(WINDOW);
    flow.delivered(1, 0, 1, 2);
    flow.delivered(1, 1, 1, 2);
    assertThat(flow.sent()).isEqualTo(WINDOW + 2);
    fleet.close();
  }

  @Test
  void flow_shared_countsInAnyOrder() {
    Fleet fleet = fleet("shared", 1, 3, 0);
    Flow flow = fleet.flows().getFirst();
    flow.startAtFullSpeed();
    flow.delivered(0, 3, 1, 2);
    assertThat(flow.sent()).isEqualTo(WINDOW + 1);
    flow.delivered(0, 0, 1, 2);
    assertThat(flow.sent()).isEqualTo(WINDOW + 2);
    flow.end();
    Tally found = new Tally();
    flow.verify(found);
    assertThat(found.lost).isEqualTo(WINDOW);
    assertThat(found.outOfOrder).as("nobody promises an order").isZero();
    fleet.close();
  }

  @Test
  void flow_wrongDeliveries_areFound() {
    Fleet fleet = fleet("1:1", 1, 1, 0);
    Flow flow = fleet.flows().getFirst();
    flow.startAtFullSpeed();
    flow.delivered(0, 2, 1, 2);
    flow.delivered(0, 1, 1, 2);
    flow.delivered(0, 1, 1, 2);
    flow.delivered(0, 1_000_000, 1, 2);
    flow.end();
    assertThat(flow.isDone()).isFalse();
    flow.verify(fleet.tally());
    assertThat(fleet.tally().duplicated).isEqualTo(1);
    assertThat(fleet.tally().outOfOrder).isEqualTo(1);
    assertThat(fleet.tally().damaged).isEqualTo(1);
    assertThat(fleet.tally().lost).isEqualTo(flow.sent() - 2);
    fleet.close();
  }

  @Test
  void flow_nothingComesForLong_goesOn() {
    Fleet fleet = fleet("1:1", 1, 1, 0);
    Flow flow = fleet.flows().getFirst();
    flow.startAtFullSpeed();
    for (int i = 0; i < 9; i++) {
      flow.watch();
    }
    assertThat(flow.sent()).isEqualTo(WINDOW);
    flow.watch();
    flow.watch();
    assertThat(flow.sent()).isEqualTo(2 * WINDOW);
    fleet.close();
  }

  @Test
  void flow_openLoop_whatIsDueAndNotSentIsCounted() {
    Fleet fleet = fleet("1:1", 1, 1, 10);
    fleet.schedule().start(System.nanoTime());
    Flow flow = fleet.flows().getFirst();
    flow.startOpenLoop();
    assertThat(flow.sent()).isZero();
    for (int i = 0; i < WINDOW + 3; i++) {
      flow.offer();
    }
    assertThat(flow.sent()).isEqualTo(WINDOW);
    flow.end();
    assertThat(flow.unsent()).isEqualTo(3);
    fleet.close();
  }
}
