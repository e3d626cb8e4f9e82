package dev.herald.core.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.core.event.GroupEvent;
import dev.herald.core.event.GroupEvent.Created;
import dev.herald.core.event.GroupEvent.NoticePublished;
import dev.herald.core.event.GroupEvent.Recalled;
import dev.herald.core.event.GroupKey;
import dev.herald.core.event.GroupMessage;
import dev.herald.core.event.GroupNotice;
import dev.herald.core.event.Tombstone;
import dev.herald.core.group.GroupLedger.GatewayPush;
import dev.herald.core.group.GroupLedger.Push;
import dev.herald.core.group.GroupLedger.Steps;
import dev.herald.core.group.GroupLedger.Trace;
import dev.herald.core.metric.Metrics;
import dev.herald.core.route.Tally;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class GroupLedgerTest {
  private static final GroupKey KEY = new GroupKey("app", "group");
  private static final int CLIENT_LANES = 2;

  private final Metrics metrics = new Metrics();
  private long nowMs = 1000;

  private GroupLedger ledger(int messagesMax) {
    return ledger(messagesMax, metrics);
  }

  private GroupLedger ledger(int messagesMax, Metrics metrics) {
    return new GroupLedger(
        new LedgerSettings(messagesMax), CLIENT_LANES, () -> Instant.ofEpochMilli(nowMs), metrics);
  }

  private static Created created(long id) {
    return new Created(new GroupMessage(id, KEY, "u", "hi", 900, null, null, id), null);
  }

  private static Recalled recalled(long id) {
    return new Recalled(created(id).message().recalled(new Tombstone(950, null, null)), id + 100);
  }

  private static Tally stored(GroupLedger ledger, GroupEvent event) {
    return Objects.requireNonNull(ledger.stored(event));
  }

  private static Push pushing(GroupLedger ledger, GroupEvent event, String gatewayId) {
    return Objects.requireNonNull(ledger.pushing(event, gatewayId));
  }

  private static Trace trace(GroupLedger ledger, long id) {
    return Objects.requireNonNull(ledger.trace(id));
  }

  private static Steps creation(GroupLedger ledger, long id) {
    return Objects.requireNonNull(trace(ledger, id).creation());
  }

  private long metric(String name) {
    return metrics.all().stream()
        .filter(metric -> metric.name().equals(name))
        .mapToLong(Metrics.Metric::value)
        .sum();
  }

  @Test
  void clients_areCountedOnTheirLanesOnly() {
    GroupLedger ledger = ledger(10);
    Tally tally = stored(ledger, created(1));
    assertThat(creation(ledger, 1).clientsMs()).isZero();
    nowMs = 1007;
    tally.delivered(0, 3);
    tally.delivered(1, 2);
    nowMs = 1009;
    tally.delivered(1, 0);
    tally.delivered(CLIENT_LANES, 8);

    Steps steps = creation(ledger, 1);
    assertThat(steps.storedMs()).isEqualTo(1000);
    assertThat(steps.clients()).isEqualTo(5);
    assertThat(steps.clientsMs()).isEqualTo(1007);
    assertThat(steps.gateways()).isEmpty();
  }

  @Test
  void gateways_areQueuedThenWritten() {
    GroupLedger ledger = ledger(10);
    stored(ledger, created(1));
    Push slow = pushing(ledger, created(1), "slow");
    assertThat(creation(ledger, 1).gateways()).isEmpty();
    slow.queued();
    nowMs = 1004;
    Push fast = pushing(ledger, created(1), "fast");
    fast.written();
    fast.queued();

    assertThat(creation(ledger, 1).gateways())
        .containsExactly(new GatewayPush("slow", 1000, 0), new GatewayPush("fast", 1004, 1004));
  }

  @Test
  void gateways_beyondTheBound_areCounted() {
    GroupLedger ledger = ledger(10);
    stored(ledger, created(1));
    for (int i = 0; i < GroupLedger.GATEWAYS_NAMED_MAX + 3; i++) {
      pushing(ledger, created(1), "gw" + i).queued();
    }

    assertThat(creation(ledger, 1).gateways()).hasSize(GroupLedger.GATEWAYS_NAMED_MAX);
    assertThat(creation(ledger, 1).gatewaysMore()).isEqualTo(3);
  }

  @Test
  void recall_hasAWayOfItsOwn() {
    GroupLedger ledger = ledger(10);
    stored(ledger, created(1));
    pushing(ledger, created(1), "gw1").queued();
    nowMs = 2000;
    stored(ledger, recalled(1));
    pushing(ledger, recalled(1), "gw2").queued();

    Steps recall = Objects.requireNonNull(trace(ledger, 1).recall());
    assertThat(recall.storedMs()).isEqualTo(2000);
    assertThat(recall.gateways()).containsExactly(new GatewayPush("gw2", 2000, 0));
    assertThat(creation(ledger, 1).gateways()).containsExactly(new GatewayPush("gw1", 1000, 0));
  }

  @Test
  void oldest_isForgotten_alsoWhenItIsRecalledAfterwards() {
    GroupLedger ledger = ledger(2);
    stored(ledger, created(1));
    stored(ledger, created(2));
    stored(ledger, created(3));
    assertThat(ledger.trace(1)).isNull();
    assertThat(ledger.pushing(created(1), "gw")).isNull();
    assertThat(metric("herald_ledger_messages")).isEqualTo(2);
    assertThat(metric("herald_ledger_forgotten_total")).isEqualTo(1);

    stored(ledger, recalled(1));
    assertThat(trace(ledger, 1).creation()).isNull();
    assertThat(trace(ledger, 1).recall()).isNotNull();
    assertThat(ledger.pushing(created(1), "gw")).isNull();
    assertThat(metric("herald_ledger_messages")).isEqualTo(2);
  }

  @Test
  void notices_andEverythingWhenItIsOff_areNotRemembered() {
    GroupLedger ledger = ledger(2);
    var notice =
        new NoticePublished(new GroupNotice(7, KEY, "u", "t", "c", null, 900, null, 0, 1), null);
    assertThat(ledger.stored(notice)).isNull();
    assertThat(ledger.pushing(notice, "gw")).isNull();
    GroupLedger off = ledger(0, new Metrics());
    assertThat(off.stored(created(1))).isNull();
    assertThat(off.pushing(created(1), "gw")).isNull();
    assertThat(off.trace(1)).isNull();
  }
}
