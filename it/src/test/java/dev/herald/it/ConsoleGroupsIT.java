package dev.herald.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasAttributeOptions;
import com.microsoft.playwright.options.ColorScheme;
import dev.herald.it.harness.Browser;
import dev.herald.it.harness.Browser.Visit;
import dev.herald.it.harness.GatewaySocket;
import dev.herald.it.harness.GroupApi;
import dev.herald.it.harness.HeraldProcess;
import java.nio.file.Path;
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

/** The console's page for groups in a real Chromium, before the packaged server. */
class ConsoleGroupsIT {
  private static final int PATIENCE_MS = 30_000;
  private static final String MARKUP =
      "<img src=x onerror=alert(1)><script>alert(2)</script> & \"quoted\" '); DROP TABLE m;--"
          + " \u202eright to left \u4f60\u597d\n\tsecond line";
  private static final AtomicInteger GROUPS = new AtomicInteger();

  @TempDir static Path data;
  private static @Nullable HeraldProcess started;
  private static @Nullable Browser opened;

  private final HeraldProcess server = Objects.requireNonNull(started);
  private final Browser browser = Objects.requireNonNull(opened);
  private Visit visit = browser.visit(1400, 900, "en-US");
  private final String group = "room/" + GROUPS.incrementAndGet();

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

  /** Opens the test's group as a person does, and waits until it is followed. */
  private void open() {
    page().navigate(server.http("/console/").toString());
    at("view-groups").click();
    at("groups-app").fill("demo");
    at("groups-group").fill(group);
    at("groups-group").press("Enter");
    awaitState("online");
  }

  private void awaitState(String state) {
    assertThat(at("groups-status"))
        .hasAttribute("data-state", state, new HasAttributeOptions().setTimeout(PATIENCE_MS));
  }

  private void send(String text) {
    at("compose-content").fill(text);
    at("compose-content").press("Enter");
    assertThat(at("compose-content")).hasValue("");
  }

  private Locator row(int seq) {
    return page().locator("[data-testid=group-event][data-seq='" + seq + "']");
  }

  private void withdraw(int seq) {
    row(seq).getByTestId("group-event-withdraw").click();
  }

  private void assertNothingWrong() {
    assertThat(visit.complaints()).isEmpty();
  }

  @Test
  void group_isFollowedLive_andSaysWhenItIsEmpty() {
    open();
    assertThat(at("groups-empty")).isVisible();
    visit.screenshot("groups-empty");
    send("first\nof the page");
    try (var api = new GroupApi(server, "demo")) {
      api.create(group, "dave", "from a backend");
    }

    assertThat(at("group-event-text"))
        .hasText(new String[] {"first\nof the page", "from a backend"});
    assertThat(row(1)).hasAttribute("data-user", "operator");
    assertThat(row(2)).hasAttribute("data-user", "dave");
    page().reload();
    assertThat(at("group-event")).hasCount(2);
    assertNothingWrong();
  }

  @Test
  void groups_ofAnApp_areListedWithTheirLastMessage() {
    String app = "shop <" + GROUPS.incrementAndGet() + ">";
    try (var api = new GroupApi(server, app)) {
      for (int i = 10; i < 65; i++) {
        api.create("g" + i, "u", "m" + i);
      }
      api.create("<b>g</b>", "<i>u</i>", MARKUP);
      page().navigate(server.http("/console/") + "#/groups");
      at("groups-app").fill(app);
      at("groups-open").click();
      assertThat(at("group")).hasCount(50);
      assertThat(at("group").first()).containsText("<i>u</i>: <img");
      at("group-more").press("Enter");
      assertThat(at("group")).hasCount(56);
      visit.screenshot("groups-list");
      at("group").nth(1).press("Enter");
      awaitState("online");
      assertThat(at("group-event-text")).hasText("m10");
      api.create("g10", "u", "later");
      assertThat(at("group").nth(1)).containsText("later");
    }
    assertThat(page().locator(".items b, .items img")).hasCount(0);
    assertNothingWrong();
  }

  @Test
  void text_isShownAsItIsWritten() {
    open();
    send(MARKUP);
    at("compose-notice").click();
    at("compose-title").fill(MARKUP.replaceAll("\\s", " "));
    at("compose-jumpUrl").fill("javascript:alert(3)");
    at("compose-content").fill(MARKUP);
    at("compose-send").click();

    assertThat(at("group-event-text")).hasCount(2);
    assertThat((String) at("group-event-text").first().evaluate("e => e.textContent"))
        .isEqualTo(MARKUP);
    assertThat(page().locator(".event a")).hasCount(0);
    assertThat(page().locator(".event img, .event script")).hasCount(0);
    visit.screenshot("groups-markup");
    assertNothingWrong();
  }

  @Test
  void message_isRecalled_noticeIsPublishedAndDeleted_onlyAfterAQuestion() {
    open();
    send("oops");
    withdraw(1);
    assertThat(at("group-withdraw-cause")).isFocused();
    page().keyboard().press("Escape");
    assertThat(at("group-withdraw")).hasCount(0);
    assertThat(row(1).getByTestId("group-event-withdraw")).isFocused();
    page().keyboard().press("Enter");
    assertThat(at("group-withdraw-cause")).isFocused();
    visit.screenshot("groups-recall");
    page().keyboard().type("a <b>typo</b>");
    page().keyboard().press("Enter");
    assertThat(row(1)).hasAttribute("data-withdrawn", "true");
    assertThat(row(1)).containsText("This message was recalled: a <b>typo</b>");
    assertThat(row(2)).hasAttribute("data-kind", "recall");
    assertThat(row(2)).hasAttribute("data-user", "operator");

    at("compose-notice").click();
    at("compose-title").fill("Moved");
    at("compose-jumpUrl").fill("https://example.com/map");
    at("compose-content").fill("We meet in room 2.");
    at("compose-send").click();
    assertThat(row(3).locator("a")).hasAttribute("rel", "noopener noreferrer");
    assertThat(row(3).boundingBox().width).isEqualTo(row(1).boundingBox().width);
    visit.screenshot("groups-notice");
    withdraw(3);
    at("group-withdraw-do").click();
    assertThat(row(3)).hasAttribute("data-withdrawn", "true");
    assertThat(row(4)).hasAttribute("data-kind", "deleteNotice");
    assertThat(at("group-event-text")).hasCount(0);
    assertNothingWrong();
  }

  @Test
  void recallThatIsRefused_saysWhy() {
    open();
    send("twice");
    withdraw(1);
    try (var api = new GroupApi(server, "demo")) {
      api.recall(api.history(group).getFirst().path("messageId").asText());
    }
    assertThat(row(1)).hasAttribute("data-withdrawn", "true");
    at("group-withdraw-do").click();
    assertThat(at("group-withdraw-problem")).containsText("was recalled before");
  }

  @Test
  void filter_byUserAndTime_findsThem_andTakesWhatComes() {
    try (var api = new GroupApi(server, "demo")) {
      for (int i = 1; i <= 120; i++) {
        api.create(group, i % 2 == 0 ? "even" : "odd", "m" + i);
      }
      open();
      at("filter-user").fill("even");
      at("filter-user").press("Enter");
      assertThat(at("filter-total")).hasAttribute("data-value", "60");
      assertThat(at("group-event")).hasCount(60);
      visit.screenshot("groups-filter");
      api.create(group, "odd", "not this one");
      api.create(group, "even", "this one");
      assertThat(at("group-event")).hasCount(61);
      assertThat(row(122)).hasAttribute("data-user", "even");
    }
    at("filter-user").fill("Even");
    at("filter-apply").click();
    assertThat(at("groups-empty")).isVisible();
    at("filter-user").fill("");
    at("filter-to").fill("2000-01-01T00:00:05");
    at("filter-apply").click();
    assertThat(at("filter-total")).hasAttribute("data-value", "0");
    at("filter-from").fill("2000-01-01T00:00:06");
    at("filter-apply").click();
    assertThat(at("filter-problem")).isVisible();
    at("filter-clear").click();
    assertThat(row(122)).isVisible();
    assertNothingWrong();
  }

  @Test
  void earlierEvents_areThereWhenAskedFor_andTheEndIsFollowed() {
    try (var api = new GroupApi(server, "demo")) {
      for (int i = 1; i <= 110; i++) {
        api.create(group, "u", "m" + i);
      }
      open();
      assertThat(row(110)).isInViewport();
      assertThat(at("group-event")).hasCount(50);
      at("group-earlier").click();
      assertThat(at("group-event")).hasCount(100);
      at("group-earlier").click();
      assertThat(at("group-event")).hasCount(110);
      assertThat(at("group-earlier")).hasCount(0);
      at("group-events").focus();
      page().keyboard().press("Home");
      assertThat(row(1)).isInViewport();
      api.create(group, "u", "new");
      at("group-newest").click();
      assertThat(row(111)).isInViewport();
    }
    assertNothingWrong();
  }

  @Test
  void ledger_tellsTheWayOfAMessage_andWhatIsNotKnownAnyMore() {
    String plain = "ledger-" + GROUPS.incrementAndGet();
    page().navigate(server.http("/console/").toString());
    at("chat-group").fill(plain);
    at("chat-group").press("Enter");
    assertThat(at("chat-left-status")).hasAttribute("data-state", "online");
    assertThat(at("chat-right-status")).hasAttribute("data-state", "online");
    page().navigate(server.http("/console/") + "#/groups/demo/" + plain);
    awaitState("online");
    try (var gateway = GatewaySocket.connect(server, "demo", "gw%20%3C1%3E")) {
      send("follow me");
      gateway.next();
    }
    row(1).getByTestId("group-event-ledger").click();
    assertThat(at("ledger-clients")).hasAttribute("data-value", "2");
    assertThat(at("ledger-gateway")).hasAttribute("data-value", "gw <1>");
    assertThat(at("ledger-stored")).hasAttribute("data-value", Pattern.compile("\\d{13}"));
    withdraw(1);
    at("group-withdraw-do").click();
    assertThat(at("ledger-recall")).isVisible();
    visit.screenshot("groups-ledger");
    assertNothingWrong();

    server.stop();
    awaitState("waiting");
    visit.screenshot("groups-away");
    server.restart();
    awaitState("online");
    at("ledger-again").click();
    assertThat(at("ledger-accepted").first())
        .hasAttribute("data-value", Pattern.compile("\\d{13}"));
    assertThat(at("ledger-stored").first()).containsText("not known any more");
    visit.screenshot("groups-ledger-forgotten");
    send("after the restart");
    assertThat(at("group-event")).hasCount(3);
  }

  @Test
  void nameThatCannotBe_isNotOpened_andAnAddressThatIsNoneShowsTheChoice() {
    page().navigate(server.http("/console/") + "#/groups/demo/%zz");
    assertThat(at("groups-open")).hasText("List");
    visit.screenshot("groups-choose");
    at("groups-group").fill("x".repeat(128));
    assertThat(at("groups-open")).isDisabled();
    at("groups-group").fill("<b>#?%");
    at("groups-open").click();
    awaitState("online");
    assertThat(page().locator("#detail-heading")).hasText("<b>#?%");
    at("compose-content").fill("x".repeat(65_536));
    assertThat(at("compose-problem")).isVisible();
    assertThat(at("compose-send")).isDisabled();
    at("view-overview").click();
    assertThat(at("figure-memory")).isVisible();
    page().goBack();
    assertThat(at("groups-status")).isVisible();
    assertNothingWrong();
  }

  @ParameterizedTest
  @CsvSource({
    "1360, en-US, LIGHT",
    "1360, zh-CN, DARK",
    "360, en-US, LIGHT",
    "360, zh-CN, DARK",
    "768, en-US, DARK"
  })
  void page_fitsTheWindow_inBothLanguages(int width, String language, ColorScheme scheme) {
    visit.close();
    visit = browser.visit(width, 860, language);
    page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
    open();
    send("good morning");
    send("a word that does not end: " + "long".repeat(500));
    send(MARKUP);
    at("compose-notice").click();
    at("compose-title").fill("t".repeat(255));
    at("compose-jumpUrl").fill("https://example.com/" + "p".repeat(300));
    at("compose-content").fill("line\n".repeat(60));
    at("compose-send").click();
    assertThat(row(4)).isVisible();
    at("groups-user").fill("w".repeat(127));
    at("groups-user").press("Enter");
    at("compose-message").click();
    send("from a long name");
    row(1).getByTestId("group-event-ledger").click();
    assertThat(at("ledger-creation")).isVisible();
    withdraw(3);
    visit.screenshot("groups-" + width + "-" + language);

    assertThat((Integer) page().evaluate("document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(width);
    assertThat(page().locator("body").innerText()).doesNotContainPattern("\\{\\w+\\}");
    assertAllIsWithinReach(width);
    assertNothingWrong();
  }

  /** In a narrow window the filter and the choice of a group are a key away. */
  private void assertAllIsWithinReach(int width) {
    if (width < 640) {
      assertThat(at("filter-user")).isHidden();
      at("filter-show").press("Enter");
    }
    assertThat(at("filter-user")).isVisible();
    if (width < 1080) {
      assertThat(at("groups-group")).isHidden();
      at("groups-all").press("Enter");
    }
    assertThat(at("groups-group")).isVisible();
  }
}
