package dev.herald.it.harness;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The Chromium that is installed on this machine, driven by Playwright; it fetches no browser of
 * its own. For one thread.
 */
public final class Browser implements AutoCloseable {
  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private final Playwright playwright;
  private final com.microsoft.playwright.Browser browser;

  private Browser(Playwright playwright, com.microsoft.playwright.Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /**
   * Starts the browser.
   *
   * @throws AssertionError if none is installed
   */
  public static Browser start() {
    Path chromium = Child.find("chromium");
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    LaunchOptions options =
        new LaunchOptions().setExecutablePath(chromium).setHeadless(true).setArgs(FLAGS);
    return new Browser(playwright, playwright.chromium().launch(options));
  }

  /**
   * Opens a page with no history and no storage.
   *
   * @param width of the window, in CSS pixels
   * @param height of the window
   * @param languages the locale of the browser, such as {@code en-US}
   */
  public Visit visit(int width, int height, String languages) {
    BrowserContext context =
        browser.newContext(
            new com.microsoft.playwright.Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setLocale(languages)
                .setTimezoneId("UTC"));
    context.setDefaultTimeout(30_000);
    return new Visit(context, context.newPage());
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }

  /** One person's visit to the console, with all that went wrong in the page. For one thread. */
  public static final class Visit implements AutoCloseable {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    /** Of a request whose answer the page does not want any more. */
    private static final String ENDED_BY_THE_PAGE = "net::ERR_ABORTED";

    private final BrowserContext context;
    private final Page page;
    private final List<String> complaints = new ArrayList<>();

    private Visit(BrowserContext context, Page page) {
      this.context = context;
      this.page = page;
      page.onConsoleMessage(message -> {
        if (!message.type().equals("log") && !message.type().equals("info")) {
          complaints.add(message.type() + ": " + message.text());
        }
      });
      page.onPageError(error -> complaints.add("uncaught: " + error));
      page.onDialog(dialog -> {
        complaints.add("dialog: " + dialog.message());
        dialog.dismiss();
      });
      page.onRequestFailed(request -> {
        if (!ENDED_BY_THE_PAGE.equals(request.failure())) {
          complaints.add("failed: " + request.url());
        }
      });
      page.onResponse(response -> {
        if (response.status() >= 400) {
          complaints.add(response.status() + ": " + response.url());
        }
      });
    }

    /** The page. */
    public Page page() {
      return page;
    }

    /**
     * What the page complained of: warnings and errors of its console, which tell breaches of its
     * content security policy too, failed requests, errors nobody caught, dialogs.
     */
    public List<String> complaints() {
      return List.copyOf(complaints);
    }

    /** Takes a picture of the whole page, to be looked at. */
    public void screenshot(String name) {
      try {
        Files.createDirectories(SCREENSHOTS);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      page.screenshot(
          new Page.ScreenshotOptions()
              .setPath(SCREENSHOTS.resolve(name + ".png"))
              .setFullPage(true));
    }

    @Override
    public void close() {
      context.close();
    }
  }
}
