package dev.herald.mqtt;

import static dev.herald.mqtt.codec.Bytes.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.core.client.ClientDirectory;
import dev.herald.core.client.ClientDirectory.Details;
import dev.herald.core.client.ClientDirectory.Filter;
import dev.herald.core.client.ClientDirectory.Page;
import dev.herald.core.client.ClientDirectory.Subscribed;
import dev.herald.core.client.ClientDirectory.Summary;
import dev.herald.mqtt.codec.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What those who look after clients are told of them, and the end of a connection. */
final class ClientDirectoryIT extends EdgeTest {
  private static final String APP = Identity.DEFAULT_APP;
  private static final int ALL = 1000;

  private ClientDirectory clients() {
    return edge.edge().clients();
  }

  private List<String> ids(Filter filter) {
    return clients().page(filter, "", ALL).clients().stream().map(Summary::clientId).toList();
  }

  private Details details(String clientId) {
    return Objects.requireNonNull(clients().find(APP, clientId));
  }

  @Test
  void clients_areListedByTheirIdentifiers_pageByPage() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      String id = "c" + (char) ('z' - i);
      edge.client(4 + i % 2, id);
      ids.addFirst(id);
    }
    List<String> seen = new ArrayList<>();
    String after = "";
    int pages = 0;
    while (after != null) {
      Page page = clients().page(new Filter(APP, "", null, null), after, 10);
      page.clients().forEach(client -> seen.add(client.clientId()));
      after = page.after();
      pages++;
    }
    assertThat(seen).isEqualTo(ids);
    assertThat(pages).isEqualTo(3);
  }

  @Test
  void clients_areFoundByPrefixAndUser_exactly_andOnlyInTheirApp() {
    edge.client(Wire.hello(5, "web-1").user("ann"));
    edge.client(Wire.hello(5, "web-2").user("Ann"));
    edge.client(Wire.hello(5, "Web-3").user("ann"));
    edge.client(Wire.hello(5, "web-4").user("other/ann"));
    edge.client(5, "nobody");
    assertThat(ids(new Filter(APP, "web-", null, null))).containsExactly("web-1", "web-2");
    assertThat(ids(new Filter(APP, "", "ann", null))).containsExactly("Web-3", "web-1");
    assertThat(ids(new Filter(APP, "web-", "ann", null))).containsExactly("web-1");
    assertThat(ids(new Filter(APP, "", "", null))).containsExactly("nobody");
    assertThat(ids(new Filter("other", "", null, null))).containsExactly("web-4");
    assertThat(ids(new Filter("none", "", null, null))).isEmpty();
    assertThat(clients().find("other", "web-1")).isNull();
    assertThat(clients().disconnect("other", "web-1")).isFalse();
  }

  @Test
  void clients_areFoundByATag_whileTheyHaveIt() {
    RawClient one = edge.client(Wire.hello(5, "one").with(0x26, text("tag"), text("x")));
    edge.client(5, "two");
    assertThat(ids(new Filter(APP, "", null, "x"))).containsExactly("one");
    assertThat(details("one").summary().tags()).containsExactly("x");
    assertThat(ids(new Filter(APP, "t", null, "x"))).isEmpty();
    assertThat(ids(new Filter(APP, "", null, "X"))).isEmpty();
    assertThat(ids(new Filter("none", "", null, "x"))).isEmpty();
    one.disconnect();
    await().until(() -> ids(new Filter(APP, "", null, "x")).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void client_isToldWithWhatItHas(int version) {
    Wire.Hello hello = Wire.hello(version, "c").user("ann");
    RawClient client = edge.client(version == 5 ? hello.sessionExpiry(60) : hello);
    client.subscribe(1, "b/+", "$share/g/a");
    client.subscribe(2, "a");
    Details told = details("c");
    assertThat(told.subscriptions())
        .containsExactly(
            new Subscribed("$share/g/a", 1), new Subscribed("a", 2), new Subscribed("b/+", 1));
    Summary summary = told.summary();
    assertThat(summary.userId()).isEqualTo("ann");
    assertThat(summary.connected()).isTrue();
    assertThat(summary.sinceMs()).isEqualTo(edge.clock.millis());
    assertThat(summary.protocol()).isEqualTo(version);
    assertThat(summary.address()).startsWith("127.0.0.1:");
    assertThat(summary.sessionExpirySeconds()).isEqualTo(version == 5 ? 60 : 0);
    assertThat(summary.subscriptionCount()).isEqualTo(3);
    assertThat(summary.heldBytes()).isPositive();
    assertThat(clients().page(new Filter(APP, "", null, null), "", ALL).clients())
        .containsExactly(summary);
  }

  @Test
  void client_thatIsAway_isListedForAsLongAsItsSessionLives() {
    edge.client(Wire.hello(5, "c").sessionExpiry(60)).disconnect();
    await().until(() -> !details("c").summary().connected());
    edge.pass(10);
    Summary away = details("c").summary();
    assertThat(away.sinceMs()).isEqualTo(edge.clock.millis() - 10_000);
    assertThat(away.protocol()).isZero();
    assertThat(away.address()).isNull();
    assertThat(clients().disconnect(APP, "c")).isFalse();
    edge.pass(60);
    assertThat(clients().find(APP, "c")).isNull();
    assertThat(ids(new Filter(APP, "", null, null))).isEmpty();
  }

  @Test
  void subscriptions_areToldUpToABound() {
    RawClient client = edge.client(5, "c");
    for (int i = 0; i < ClientDirectory.SUBSCRIPTIONS_MAX + 1; i++) {
      client.subscribe(0, "t/" + i);
    }
    Details told = details("c");
    assertThat(told.subscriptions()).hasSize(ClientDirectory.SUBSCRIPTIONS_MAX);
    assertThat(told.summary().subscriptionCount()).isEqualTo(ClientDirectory.SUBSCRIPTIONS_MAX + 1);
  }

  @Test
  void disconnect_tellsTheClient_publishesItsWill_andKeepsItsSession() {
    RawClient witness = edge.client(5, "witness");
    witness.subscribe(0, "w");
    RawClient client =
        edge.client(Wire.hello(5, "c").sessionExpiry(60).will("w", "gone", 0, false));
    client.subscribe(1, "t");
    RawClient other = edge.client(4, "d");

    assertThat(clients().disconnect(APP, "c")).isTrue();
    client.expectEnd(Reason.ADMINISTRATIVE_ACTION);
    assertThat(witness.message().payload()).isEqualTo("gone");
    assertThat(details("c").summary().connected()).isFalse();
    assertThat(details("c").summary().subscriptionCount()).isEqualTo(1);

    assertThat(clients().disconnect(APP, "d")).isTrue();
    other.expectEnd(Reason.ADMINISTRATIVE_ACTION);
    assertThat(clients().find(APP, "d")).isNull();
    assertThat(edge.metric("herald_mqtt_clients_disconnected_total")).isEqualTo(2);
    assertThat(clients().disconnect(APP, "d")).isFalse();
    edge.client(5, "d");
    assertThat(details("d").summary().connected()).isTrue();
  }
}
