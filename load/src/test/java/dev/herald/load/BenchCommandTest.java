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
    "--duration 601, --duration must be 1 to 600",
    "--duration 0, --duration",
    "--warmup 601, --warmup",
    "--qos 2, --qos must be 0 to 1",
    "--payload 15, --payload must be 16 to",
    "--window 0, --window",
    "--pairs 0, --pairs",
    "fanout --subscribers 0, --subscribers",
    "--rate -1, --rate",
    "--protocol 3.1, must be 3.1.1 or 5",
    "2:2, '1:1, fanout or connections'",
    "--server-pid 2147483647, no process",
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
    assertThat(out.toString()).contains("1:1", "fanout", "connections", "Exit codes", "--json");
  }
}
