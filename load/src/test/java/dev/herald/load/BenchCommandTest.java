package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String line) {
    return new CommandLine(new BenchCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(line.split(" ", -1));
  }

  @ParameterizedTest
  @CsvSource({
    "--host 192.0.2.1, --allow-remote",
    "--port 0, --port",
    "--duration 3601, --duration must be 1 to 3600",
    "--duration 0, --duration",
    "--warmup 3601, --warmup",
    "--qos 2, --qos must be 0 to 1",
    "--payload 15, --payload must be 16 to",
    "--window 0, --window",
    "--pairs 0, --pairs",
    "fanout --subscribers 0, --subscribers",
    "--rate -1, --rate must be more than 0",
    "--rate 0, --rate must be more than 0",
    "--rate 2/each, --rate must be a number",
    "--rate 1000001/client, --rate must be more than 0 and at most",
    "--bound 0, --bound",
    "mixed --clients 1, --clients must be 2 or more",
    "mixed --pairs 2, --pairs means nothing for mixed",
    "fanout --clients 2, --clients means nothing for fanout",
    "1:1 --subscribers 2, --subscribers means nothing for 1:1",
    "1:1 --connections 2, --connections means nothing for 1:1",
    "connections --connections 0, --connections",
    "connections --rate 5, --rate means nothing for connections",
    "connections --knee, --knee means nothing for connections",
    "connections --at-once 0, --at-once",
    "connections --ping 65536, --ping",
    "connections --settle -1, --settle",
    "--protocol 3.1, must be 3.1.1 or 5",
    "2:2, 'one of 1:1, fanout, fanin, shared, mixed, chat, rooms, connections'",
    "--pid 2147483647, no process",
    "--never, Unknown option"
  })
  void bench_wrongOption_isRefusedWithTheReason(String line, String reason) {
    assertThat(run(line)).isEqualTo(2);
    assertThat(err.toString()).contains(reason);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void bench_help_namesScenariosAndExitCodes() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Exit codes", "--json", "--pid", "--knee", "$share");
    for (Scenario scenario : Scenario.values()) {
      assertThat(out.toString()).contains("\n  " + scenario + ' ');
    }
    assertThat(out.toString().lines()).allMatch(line -> line.length() <= 80);
  }
}
