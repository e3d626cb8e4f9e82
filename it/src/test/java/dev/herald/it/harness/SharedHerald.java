package dev.herald.it.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests one server that runs as long as the tests do, as a parameter of type {@link
 * HeraldProcess}. Tests keep apart by the app: each takes a fresh one. After each test the server
 * must run, and must have logged no warning.
 */
public final class SharedHerald
    implements ParameterResolver, BeforeEachCallback, AfterEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(SharedHerald.class);
  private static final AtomicInteger APPS = new AtomicInteger();

  /** A name of an app that no other test uses. */
  public static String freshApp() {
    return "app-" + APPS.incrementAndGet();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == HeraldProcess.class;
  }

  @Override
  public HeraldProcess resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return server(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    context.getStore(NAMESPACE).put("problems", server(context).problems().size());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Integer before = context.getStore(NAMESPACE).get("problems", Integer.class);
    HeraldProcess server = server(context);
    assertThat(server.isAlive()).as("the server runs").isTrue();
    assertThat(server.problems().stream().skip(before == null ? 0 : before))
        .as("warnings and errors of the server")
        .isEmpty();
  }

  private static HeraldProcess server(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(Running.class, key -> new Running(), Running.class)
        .server();
  }

  /** The server, or why it could not start: then each test fails at once with that. */
  private static final class Running implements AutoCloseable {
    private final Path data;
    private @Nullable HeraldProcess server;
    private @Nullable AssertionError failure;

    Running() {
      try {
        data = Files.createTempDirectory("herald-it");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      try {
        // More loops than a small machine has processors, so that sessions change loops.
        server = HeraldProcess.start(data, "mqtt.loops=3", "mqtt.connectTimeout=5s");
      } catch (AssertionError e) {
        failure = e;
      }
    }

    HeraldProcess server() {
      if (server == null) {
        throw new AssertionError("the shared server did not start", failure);
      }
      return server;
    }

    @Override
    public void close() {
      if (server != null) {
        server.close();
      }
      HeraldProcess.delete(data);
    }
  }
}
