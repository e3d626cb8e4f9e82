package dev.herald.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.herald.it.harness.Browser;
import dev.herald.it.harness.Browser.Visit;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mqtt5;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The console's pages for the relay in a real Chromium, before the packaged server. */
class ConsoleRelayIT {
  private static final String MARKUP = "<img src=x onerror=alert(1)>/#?% \u4f60\u597d";
  private static final AtomicInteger APPS = new AtomicInteger();

  @TempDir static Path data;
  private static @Nullable HeraldProcess started;
  private static @Nullable Browser opened;

  private final HeraldProcess server = Objects.requireNonNull(started);
  private final Browser browser = Objects.requireNonNull(opened);
  private Visit visit = browser.visit(1400, 900, "en-US");
  private final String app = "shop " + APPS.incrementAndGet();

  @BeforeAll
  static void start() {
    started = HeraldProcess.start(data);
    opened = Browser.start();
  }

  @AfterAll
  static void close() {
    if (opened != null) {
      opened.close();
    }
    if (started != null) {
      started.close();
    }
  }

  @AfterEach
  void leave() {
    visit.close();
  }

  private Page page() {
    return visit.page();
  }

  private Locator at(String testId) {
    return page().getByTestId(testId);
  }

  private Mqtt5ClientBuilder builder(String clientId, String user) {
    return Mqtt5.builder(server, app)
        .identifier(clientId)
        .simpleAuth()
        .username(app + '/' + user)
        .applySimpleAuth();
  }

  private Mqtt5 connected(String clientId, String user) {
    Mqtt5 client = Mqtt5.of(builder(clientId, user));
    client.client().connect();
    return client;
  }

  /** Opens a page by its link and names the app, as a person does. */
  private void open(String view) {
    page().navigate(server.http("/console/").toString());
    at("view-" + view).click();
    at(view + "-app").fill(app);
    at(view + "-app").press("Enter");
  }

  private void assertNothingWrong() {
    assertThat(visit.complaints()).isEmpty();
  }

  @Test
  void clients_areFound_byPrefixAndUser() {
    try (var _ = connected("web-1", "ann");
        var _ = connected("web-2", "bob");
        var _ = connected(MARKUP, "<b>ann</b>")) {
      open("clients");
      assertThat(at("client")).hasCount(3);
      assertThat(at("client").first()).containsText(MARKUP);
      visit.screenshot("clients-list");
      at("clients-prefix").fill("web-");
      at("clients-prefix").press("Enter");
      assertThat(at("client")).hasCount(2);
      at("clients-user").fill("bob");
      at("clients-user").press("Enter");
      assertThat(at("client")).hasCount(1);
      assertThat(at("client")).containsText("web-2");
      at("clients-user").fill("Bob");
      at("clients-find").click();
      assertThat(at("client-none")).isVisible();
    }
    assertThat(page().locator(".items img")).hasCount(0);
    assertNothingWrong();
  }

  @Test
  void clients_areMoreThanAPage() {
    try (var own = connected("m-own", "u")) {
      for (int i = 0; i < 60; i++) {
        Mqtt5 client = Mqtt5.of(builder("c" + i, "u"));
        var _ = client.resume();
        client.close();
      }
      open("clients");
      assertThat(at("client")).hasCount(50);
      at("client-more").press("Enter");
      assertThat(at("client")).hasCount(61);
      assertThat(at("client-more")).hasCount(0);
      assertThat(at("client").last()).hasAttribute("data-state", "online");
      own.client().disconnect();
    }
    assertThat(at("client")).hasCount(60);
    assertNothingWrong();
  }

  @Test
  void client_isShown_andDisconnectedAfterAQuestion() throws Exception {
    var told = new CompletableFuture<Mqtt5DisconnectReasonCode>();
    Mqtt5ClientBuilder builder =
        builder(MARKUP, "<b>ann</b>")
            .addDisconnectedListener(lost -> {
              if (lost.getCause() instanceof Mqtt5DisconnectException end) {
                told.complete(end.getMqttMessage().getReasonCode());
              }
            });
    try (var client = Mqtt5.of(builder)) {
      var _ = client.resume();
      client.subscribe("orders/<i>/+", MqttQos.AT_LEAST_ONCE).subscribe("b", MqttQos.AT_MOST_ONCE);
      open("clients");
      at("client").click();
      assertThat(page().locator("#detail-heading")).hasText(MARKUP);
      assertThat(at("client-status")).hasAttribute("data-state", "online");
      assertThat(at("client-user")).hasText("<b>ann</b>");
      assertThat(at("client-address")).hasText(Pattern.compile("127\\.0\\.0\\.1:\\d+"));
      assertThat(at("client-protocol")).hasText("MQTT 5.0");
      assertThat(at("client-filter")).hasText(new String[] {"b QoS 0", "orders/<i>/+ QoS 1"});
      at("client-end").press("Enter");
      assertThat(at("client-end-do")).isFocused();
      page().keyboard().press("Escape");
      assertThat(at("client-end")).isFocused();
      page().keyboard().press("Enter");
      visit.screenshot("clients-disconnect");
      page().keyboard().press("Enter");
      assertThat(at("client-done")).isVisible();
      assertThat(told.get(20, TimeUnit.SECONDS))
          .isEqualTo(Mqtt5DisconnectReasonCode.ADMINISTRATIVE_ACTION);
      assertThat(at("client-status")).hasAttribute("data-state", "idle");
      assertThat(at("client-end")).hasCount(0);
      assertThat(at("client")).hasAttribute("data-state", "away");
      assertThat(at("client-expiry")).hasAttribute("data-value", "600");
      visit.screenshot("clients-away");
    }
    assertNothingWrong();
  }

  @Test
  void client_thatGoes_isSaidToBeGone() {
    try (var client = connected("leaver", "u")) {
      open("clients");
      at("client").click();
      assertThat(at("client-status")).hasAttribute("data-state", "online");
      client.client().disconnect();
      assertThat(at("client-status")).hasAttribute("data-state", "away");
    }
    assertThat(at("client")).hasCount(0);
    visit.screenshot("clients-gone");
  }

  @Test
  void chat_isShownAsItIs_isSpokenTo_andEnded() {
    try (var ann = connected("ann-1", "ann");
        var bob = connected(MARKUP, "<b>bob</b>")) {
      ann.subscribe("$chat/room <i>", MqttQos.AT_LEAST_ONCE);
      bob.subscribe("$chat/room <i>", MqttQos.AT_LEAST_ONCE);
      open("chats");
      at("chat").click();
      assertThat(page().locator("#detail-heading")).hasText("room <i>");
      assertThat(at("chat-member")).hasCount(2);
      assertThat(at("chat-member").last()).containsText("<b>bob</b> " + MARKUP);
      assertThat(at("chat-creator")).hasAttribute("data-value", "ann-1");
      at("chat-say").fill(MARKUP);
      at("chat-say").press("Enter");
      assertThat(at("chat-done")).isVisible();
      assertThat(at("chat-say")).hasValue("");
      visit.screenshot("chats");
      assertHears(ann, MARKUP);
      bob.client().disconnect();
      assertThat(at("chat-member")).hasCount(1);
      at("chat-end").press("Enter");
      assertThat(at("chat-end-do")).isFocused();
      page().keyboard().press("Enter");
      assertThat(at("chat-status")).hasAttribute("data-state", "away");
      assertThat(at("chat")).hasCount(0);
      assertHears(ann, "{\"$chat\":\"ended\"");
      visit.screenshot("chats-ended");
    }
  }

  /** Reads on until something comes that begins so. */
  private static void assertHears(Mqtt5 client, String beginning) {
    String text = client.nextText();
    while (!text.startsWith(beginning)) {
      text = client.nextText();
    }
  }

  @Test
  void consumerGroup_isShownWithItsMembers_andTriedWithAMessage() {
    try (var one = connected("worker-1", "u");
        var two = connected(MARKUP, "u");
        var plain = connected("plain", "u")) {
      one.subscribe("$share/<b>g/orders/#", MqttQos.AT_LEAST_ONCE);
      two.subscribe("$share/<b>g/orders/#", MqttQos.AT_LEAST_ONCE);
      plain.subscribe("orders/+", MqttQos.AT_MOST_ONCE);
      open("consumer-groups");
      at("consumer-group").click();
      assertThat(page().locator("#detail-heading")).hasText("$share/<b>g/orders/#");
      assertThat(at("member")).hasCount(2);
      at("try-topic").fill("orders/<i>1");
      at("try-payload").fill(MARKUP);
      at("try-do").press("Enter");
      assertThat(at("try-answer")).hasAttribute("data-value", "1 1");
      assertThat(at("shared-consumed")).hasAttribute("data-value", "1");
      assertThat(plain.nextText()).isEqualTo(MARKUP);
      visit.screenshot("topics");
      at("try-topic").fill("nobody/listens");
      at("try-do").click();
      assertThat(at("try-answer")).hasAttribute("data-value", "0 0");
      assertNothingWrong();
      at("try-topic").fill("not/#");
      at("try-do").click();
      assertThat(at("try-problem")).isVisible();
      page().getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("worker-1")).click();
      assertThat(at("client-filter")).containsText("$share/<b>g/orders/#");
      one.client().disconnect();
      two.client().disconnect();
      page().goBack();
      assertThat(at("consumer-group-status")).hasAttribute("data-state", "away");
    }
    assertThat(at("consumer-group-none")).isVisible();
  }

  @Test
  void notification_reachesThoseItIsFor_andTheirNumberIsSaid() {
    try (var ann = connected("ann-1", "ann");
        var bob = Mqtt5.of(builder("bob-1", "<b>bob</b>"))) {
      bob.client().connectWith().userProperties().add("tag", "<i>").applyUserProperties().send();
      ann.subscribe("$notify", MqttQos.AT_MOST_ONCE);
      bob.subscribe("$notify", MqttQos.AT_MOST_ONCE);
      open("notify");
      assertThat(at("notify-send")).isDisabled();
      at("notify-users").fill("ann\n<b>bob</b>");
      at("notify-any").fill("<i>\nother");
      at("notify-content").fill(MARKUP);
      at("notify-send").click();
      assertThat(at("notify-outcome")).hasAttribute("data-value", "1");
      assertThat(bob.nextText()).isEqualTo(MARKUP);
      at("notify-everybody").check();
      at("notify-content").fill("to all");
      at("notify-ttl").fill("1x");
      assertThat(at("notify-problem")).isVisible();
      assertThat(at("notify-send")).isDisabled();
      at("notify-ttl").fill("60");
      at("notify-send").press("Enter");
      assertThat(at("notify-outcome").first()).hasAttribute("data-value", "2");
      assertThat(ann.nextText()).isEqualTo("to all");
      assertThat(at("notify-outcome")).hasCount(2);
      visit.screenshot("notify");
    }
    assertNothingWrong();
  }

  @ParameterizedTest
  @CsvSource({"1400, en-US, LIGHT", "1400, zh-CN, DARK", "360, en-US, LIGHT", "360, zh-CN, DARK"})
  void pages_fitTheWindow_inBothLanguages(int width, String language, ColorScheme scheme) {
    visit.close();
    visit = browser.visit(width, 860, language);
    page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
    try (var one = connected("w".repeat(200), "u".repeat(127));
        var _ = connected("short", "ann")) {
      one.subscribe("f".repeat(300), MqttQos.AT_LEAST_ONCE);
      open("clients");
      assertThat(at("client")).hasCount(2);
      visit.screenshot("clients-list-" + width + "-" + language);
      assertFits(width);
      at("client").last().press("Enter");
      assertThat(at("client-filter")).isVisible();
      at("client-end").press("Enter");
      visit.screenshot("clients-" + width + "-" + language);
      assertFits(width);
      one.subscribe("$share/" + "g".repeat(200) + "/t", MqttQos.AT_LEAST_ONCE);
      open("consumer-groups");
      visit.screenshot("topics-list-" + width + "-" + language);
      at("consumer-group").press("Enter");
      assertThat(at("member")).isVisible();
      visit.screenshot("topics-" + width + "-" + language);
      assertFits(width);
      open("notify");
      assertThat(at("notify-send")).isVisible();
      visit.screenshot("notify-" + width + "-" + language);
      assertFits(width);
      one.subscribe("$chat/" + "c".repeat(127), MqttQos.AT_LEAST_ONCE);
      open("chats");
      assertThat(at("chat")).isVisible();
      visit.screenshot("chats-list-" + width + "-" + language);
      at("chat").press("Enter");
      assertThat(at("chat-member")).isVisible();
      visit.screenshot("chats-" + width + "-" + language);
      assertFits(width);
    }
    assertNothingWrong();
  }

  private void assertFits(int width) {
    assertThat((Integer) page().evaluate("document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(width);
    assertThat(page().locator("body").innerText())
        .doesNotContainPattern("\\{\\w+\\}")
        .doesNotContain("undefined");
  }
}
