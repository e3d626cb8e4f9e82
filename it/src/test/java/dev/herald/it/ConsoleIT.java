package dev.herald.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasAttributeOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.herald.it.harness.Browser;
import dev.herald.it.harness.Browser.Visit;
import dev.herald.it.harness.Child;
import dev.herald.it.harness.GatewaySocket;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
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

/** The console of the packaged server in a real Chromium. */
class ConsoleIT {
  private static final int PATIENCE_MS = 30_000;
  private static final AtomicInteger GROUPS = new AtomicInteger();

  @TempDir static Path data;
  private static @Nullable HeraldProcess started;
  private static @Nullable Browser opened;

  private final HeraldProcess server = Objects.requireNonNull(started);
  private final Browser browser = Objects.requireNonNull(opened);
  private Visit visit = browser.visit(1280, 900, "en-US");
  private final String group = "team-" + GROUPS.incrementAndGet();

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

  /** Opens the console, and waits until both panes are in the test's group. */
  private void open() {
    page().navigate(server.http("/console/").toString());
    take("chat-group", group);
    awaitOnline();
  }

  private void take(String field, String text) {
    Locator input = page().getByTestId(field);
    input.fill(text);
    input.press("Enter");
    assertThat(input).hasValue(text);
  }

  private void awaitOnline() {
    awaitState("server-state", "up");
    awaitState("chat-left-status", "online");
    awaitState("chat-right-status", "online");
  }

  private void awaitState(String id, String state) {
    assertThat(page().getByTestId(id))
        .hasAttribute("data-state", state, new HasAttributeOptions().setTimeout(PATIENCE_MS));
  }

  private void say(String side, String text) {
    page().getByTestId("chat-" + side + "-input").fill(text);
    page().getByTestId("chat-" + side + "-send").click();
  }

  private void awaitTexts(String... texts) {
    for (String side : new String[] {"left", "right"}) {
      assertThat(page().getByTestId("chat-" + side + "-text")).hasText(texts);
    }
  }

  @Test
  void page_loadsWithoutAComplaint() {
    open();
    assertThat(page()).hasTitle(Pattern.compile("Herald"));
    assertThat(page().getByTestId("fact-mqtt")).hasText("127.0.0.1:" + server.ports().mqtt());
    assertThat(page().getByTestId("fact-version")).hasText(Pattern.compile("\\d+\\.\\d+.*"));
    assertThat(page().getByTestId("traffic-chart"))
        .hasAttribute("data-readings", Pattern.compile("[2-9]|\\d\\d+"));
    var traffic = page().locator("herald-traffic").boundingBox();
    assertThat(page().locator("herald-chat").boundingBox().x)
        .isGreaterThan(traffic.x + traffic.width);
    visit.screenshot("console-empty");

    assertThat(visit.complaints()).isEmpty();
  }

  @Test
  void panes_getEachOthersMessages() {
    open();
    say("left", "good morning, bob");
    awaitTexts("good morning, bob");
    say("right", "good morning, alice");
    page().getByTestId("chat-left-input").fill("first line");
    page().getByTestId("chat-left-input").press("Shift+Enter");
    page().getByTestId("chat-left-input").pressSequentially("second line");
    page().getByTestId("chat-left-input").press("Enter");

    awaitTexts("good morning, bob", "good morning, alice", "first line\nsecond line");
    assertThat(page().getByTestId("chat-left-message").first())
        .hasAttribute("data-state", "stored");
    assertThat(page().getByTestId("chat-left-message").first()).hasAttribute("data-own", "true");
    assertThat(page().getByTestId("chat-right-message").first()).hasAttribute("data-own", "false");
    assertThat(page().getByTestId("chat-right-message").nth(2)).hasAttribute("data-seq", "3");
    visit.screenshot("console-chat");
    assertThat(visit.complaints()).isEmpty();
  }

  @Test
  void text_isShownAsItIsWritten() {
    open();
    String markup = "<img src=x onerror=alert(1)> & <b>bold</b> \"quoted\" 你好";
    say("left", markup);

    awaitTexts(markup);
    assertThat(visit.complaints()).isEmpty();
  }

  @Test
  void history_isThereAfterReload() {
    open();
    say("left", "before the reload");
    awaitTexts("before the reload");
    page().reload();
    awaitOnline();

    awaitTexts("before the reload");
    assertThat(visit.complaints()).isEmpty();
  }

  @Test
  void history_isThereAfterTheServerWasKilledAndStarted() {
    open();
    say("right", "before the crash");
    awaitTexts("before the crash");
    server.kill();
    awaitState("server-state", "away");
    awaitState("chat-left-status", "waiting");
    visit.screenshot("console-away");
    server.restart();
    awaitOnline();
    say("left", "after the crash");

    awaitTexts("before the crash", "after the crash");
    page().reload();
    awaitOnline();
    awaitTexts("before the crash", "after the crash");
  }

  @Test
  void command_thatIsShown_joinsTheChat() {
    open();
    String command = page().getByTestId("try-command").innerText();
    Child.Ended ended = Child.run(Duration.ofSeconds(20), "sh", "-c", command);

    assertThat(ended.code()).as(ended.toString()).isZero();
    awaitTexts("hi");
    assertThat(page().getByTestId("chat-left-message")).hasAttribute("data-user", "carol");
  }

  @Test
  void message_overHttp_appears() {
    open();
    try (var api = new GroupApi(server, "demo")) {
      api.create(group, "dave", "from a backend");
    }

    awaitTexts("from a backend");
  }

  @Test
  void counters_move() {
    open();
    assertThat(page().getByTestId("figure-connections"))
        .hasAttribute("data-value", Pattern.compile("[2-9]|\\d\\d+"));
    double events = figure("figure-groupEvents");
    double received = figure("figure-received");
    double sent = figure("figure-sent");
    try (var gateway = GatewaySocket.connect(server, "demo", "gw")) {
      say("left", "one");
      say("right", "two");
      assertThat(gateway.next().path("data").path("content").asText()).isEqualTo("one");
      assertThat(page().getByTestId("figure-gateways")).hasAttribute("data-value", "1");
    }
    awaitFigureAbove("figure-groupEvents", events);
    awaitFigureAbove("figure-received", received);
    awaitFigureAbove("figure-sent", sent);
    visit.screenshot("console-traffic");
    assertThat(page().getByTestId("figure-gateways")).hasAttribute("data-value", "0");
  }

  private double figure(String id) {
    assertThat(page().getByTestId(id)).hasAttribute("data-value", Pattern.compile("[0-9.e+]+"));
    return Double.parseDouble(page().getByTestId(id).getAttribute("data-value"));
  }

  private void awaitFigureAbove(String id, double before) {
    page()
        .waitForFunction(
            "([id, before]) => Number(document.querySelector(`[data-testid=${id}]`).dataset.value)"
                + " > before",
            new Object[] {id, before});
  }

  @Test
  void language_isSwitchedAndRemembered() {
    open();
    assertThat(page().locator("html")).hasAttribute("lang", "en");
    page().getByTestId("language-zh").click();
    assertThat(page().locator("html")).hasAttribute("lang", "zh-CN");
    assertThat(
            page()
                .getByRole(AriaRole.HEADING)
                .filter(new Locator.FilterOptions().setHasText("双窗聊天")))
        .isVisible();
    page().reload();
    awaitOnline();
    assertThat(page().locator("html")).hasAttribute("lang", "zh-CN");
    say("left", "你好");
    awaitTexts("你好");
    visit.screenshot("console-zh");

    assertThat(page().locator("body").innerText()).doesNotContainPattern("\\{\\w+\\}");
    assertThat(visit.complaints()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"360, en-US, LIGHT", "360, zh-CN, DARK", "768, en-US, DARK"})
  void narrowWindow_hasNoSidewaysScroll(int width, String language, ColorScheme scheme) {
    visit.close();
    visit = browser.visit(width, 740, language);
    page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
    open();
    say("left", "a word that does not end: " + "long".repeat(60));
    assertThat(page().getByTestId("chat-right-text")).hasCount(1);
    visit.screenshot("console-" + width + "-" + language);

    assertThat((Integer) page().evaluate("document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(width);
    assertThat(visit.complaints()).isEmpty();
  }
}
