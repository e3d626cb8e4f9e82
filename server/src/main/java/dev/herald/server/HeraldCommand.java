package dev.herald.server;

import dev.herald.load.BenchCommand;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code herald}: without a subcommand it does what {@code standalone} does. */
@Command(
    name = "herald",
    description = "A message hub for applications.",
    mixinStandardHelpOptions = true,
    versionProvider = HeraldVersion.class,
    synopsisSubcommandLabel = "[COMMAND]",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done, or stopped in order",
      "1:the start, or what was asked for, failed",
      "2:the command line or the configuration is wrong"
    })
final class HeraldCommand implements Callable<Integer> {
  private final StandaloneCommand standalone;

  @Mixin private ConfigOptions options = new ConfigOptions();

  private HeraldCommand(StandaloneCommand standalone) {
    this.standalone = standalone;
  }

  /**
   * Runs one command line to its end.
   *
   * @param args the arguments
   * @param env the environment variables
   * @param stop asks a running server to stop
   * @param out takes what was asked for
   * @param err takes what went wrong, and the banner
   * @return the exit code
   */
  static int run(
      String[] args, Map<String, String> env, StopSignal stop, PrintWriter out, PrintWriter err) {
    var standalone = new StandaloneCommand(env, stop);
    return new CommandLine(new HeraldCommand(standalone))
        .addSubcommand(standalone)
        .addSubcommand(new ConfigCommand(env))
        .addSubcommand(new ExportCommand())
        .addSubcommand(new BenchCommand())
        .addSubcommand(new VersionCommand())
        .setOut(out)
        .setErr(err)
        .execute(args);
  }

  @Override
  public Integer call() throws InterruptedException {
    return standalone.serve(options);
  }
}
