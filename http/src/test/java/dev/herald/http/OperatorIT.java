package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorIT {
  @TempDir static Path data;
  private static EdgeFixture edge;

  @BeforeAll
  static void start() throws IOException {
    edge = EdgeFixture.start(data);
  }

  @AfterAll
  static void stop() {
    edge.close();
  }

  @Test
  void server_tellsPortsAndVersion() throws Exception {
    assertThat(edge.get("/v1/server").body())
        .isEqualTo(
            "{\"version\":\"0.1.0\",\"node\":\"node-1\",\"startedAt\":1700000000000,"
                + "\"mqttPort\":1883,\"wsPort\":8083,\"httpPort\":"
                + edge.edge.port()
                + ",\"mqttsPort\":8883,\"wssPort\":8084,\"httpsPort\":0}");
  }

  @Test
  void health_andReady_answer() throws Exception {
    assertThat(edge.get("/health").body()).isEqualTo("{\"status\":\"up\"}");
    assertThat(edge.get("/ready").body()).isEqualTo("{\"ready\":true,\"reasons\":[]}");
  }

  @Test
  void metrics_haveTheServersAndTheJvms_alsoThoseRegisteredLater() throws Exception {
    edge.metrics.counter("herald_later_total", "kind", "x", "Registered late.").add(3);
    HttpResponse<String> metrics = edge.get("/metrics");
    assertThat(metrics.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(metrics.body())
        .contains("# TYPE herald_gateways gauge\nherald_gateways 0.0\n")
        .contains("# HELP herald_group_events_total Group events stored.\n")
        .contains("herald_gateways_ended_total{reason=\"slow\"} 0.0\n")
        .contains("herald_later_total{kind=\"x\"} 3.0\n")
        .contains("jvm_memory_used_bytes{")
        .contains("jvm_gc_")
        .contains("jvm_threads_live_threads ")
        .contains("process_cpu_usage ")
        .contains("process_uptime_seconds ");
  }

  @Test
  void console_isGivenWithItsHeaders_andNotAgainWhenUnchanged() throws Exception {
    HttpResponse<String> page = edge.get("/console/");
    assertThat(page.body()).isEqualTo(EdgeFixture.PAGE);
    assertThat(page.headers().firstValue("etag")).contains("\"e1\"");
    assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("cache-control")).contains("no-cache");
    assertThat(page.headers().firstValue("content-security-policy")).contains("default-src 'self'");
    HttpResponse<String> again = edge.get("/console/", "If-None-Match", "\"e0\", W/\"e1\"");
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(again.headers().firstValue("etag")).contains("\"e1\"");
    assertThat(edge.get("/console/none").statusCode()).isEqualTo(404);
  }

  @Test
  void root_leadsToTheConsole() throws Exception {
    for (String path : new String[] {"/", "/console"}) {
      HttpResponse<String> answer = edge.get(path);
      assertThat(answer.statusCode()).isEqualTo(302);
      assertThat(answer.headers().firstValue("location")).contains("/console/");
    }
  }

  @Test
  void errorsElsewhere_areProblems() throws Exception {
    HttpResponse<String> none = edge.get("/v1/none");
    assertThat(none.statusCode()).isEqualTo(404);
    assertThat(none.headers().firstValue("content-type")).contains("application/problem+json");
    assertThat(none.body())
        .isEqualTo(
            "{\"type\":\"urn:herald:error:NOT_FOUND\",\"title\":\"Not Found\",\"status\":404,"
                + "\"detail\":\"there is nothing at this path\"}");
    HttpResponse<String> wrong = edge.post("/v1/server", new byte[0]);
    assertThat(wrong.statusCode()).isEqualTo(405);
    assertThat(wrong.headers().firstValue("allow")).contains("GET, HEAD");
  }

  @Test
  void everyAnswer_hasSecurityHeaders_andNamesNoSoftware() throws Exception {
    for (String path : new String[] {"/health", "/none", "/chat/none", "/test.html", "/console/"}) {
      HttpResponse<String> answer = edge.get(path);
      assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
      assertThat(answer.headers().firstValue("content-security-policy")).isPresent();
      assertThat(answer.headers().firstValue("cache-control")).isPresent();
      assertThat(answer.headers().firstValue("server")).isEmpty();
      assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }
    assertThat(edge.get("/health").headers().firstValue("cache-control")).contains("no-store");
  }
}
