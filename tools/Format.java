import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs google-java-format over every source file of the repository, in one JVM. Arguments: the
 * root, {@code check} or {@code write}, and the folders below the root to look at, separated by
 * commas ({@code .} = all). Exit code 1 when a file is, in {@code check}, not formatted.
 */
final class Format {

  private Format() {}

  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    boolean write = args[1].equals("write");
    List<String> call = new ArrayList<>();
    call.addAll(write ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    int options = call.size();
    for (String folder : args[2].split(",")) {
      sources(root.resolve(folder).normalize(), call);
    }
    if (call.size() == options) {
      return;
    }
    StringWriter found = new StringWriter();
    Main formatter =
        new Main(new PrintWriter(found, true), new PrintWriter(System.err, true), System.in);
    int code = formatter.format(call.toArray(String[]::new));
    if (code != 0) {
      System.err.print("Not formatted (bin/format mends it):\n" + found);
    }
    System.exit(code);
  }

  private static void sources(Path folder, List<String> into) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"))
          .sorted()
          .forEach(file -> into.add(file.toString()));
    }
  }
}
