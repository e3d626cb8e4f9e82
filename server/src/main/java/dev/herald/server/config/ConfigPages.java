package dev.herald.server.config;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.herald.core.config.SettingKey;
import dev.herald.core.config.SettingTree;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The pages made from a tree of settings: a commented YAML file and the reference in Markdown. */
public final class ConfigPages {
  private static final int COMMENT_WIDTH = 90;
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9./_][A-Za-z0-9./_-]*");
  private static final Pattern RESERVED = Pattern.compile("(?i)null|yes|no|on|off|y|n");

  private final SettingTree<?> tree;

  /** The pages of one tree. */
  public ConfigPages(SettingTree<?> tree) {
    this.tree = tree;
  }

  /** A YAML file with every setting at its default, each with a comment. */
  public String defaultsYaml() {
    var page = new StringBuilder("# Every setting of Herald with its default.\n");
    String section = "";
    for (SettingKey key : tree.keys()) {
      String parent = parent(key);
      if (!parent.isEmpty()) {
        openSections(page, section, parent);
      }
      section = parent;
      String indent = indent(parent);
      page.append('\n');
      comment(page, indent, key.setting().doc());
      comment(page, indent, "Accepts: " + accepts(key) + ". Environment: " + key.env() + ".");
      page.append(indent).append(key.path().substring(parent.isEmpty() ? 0 : parent.length() + 1));
      page.append(": ").append(yaml(key)).append('\n');
    }
    return page.toString();
  }

  /** The reference page: a table of all settings for every section. */
  public String referenceMarkdown() {
    var page = new StringBuilder(INTRODUCTION);
    table(page, "");
    for (Map.Entry<String, String> section : tree.sections().entrySet()) {
      page.append("\n## ").append(section.getKey()).append("\n\n");
      page.append(section.getValue()).append('\n');
      table(page, section.getKey());
    }
    return page.toString();
  }

  /** One line {@code VARIABLE=default} for every setting. */
  public String environment() {
    return tree.keys().stream()
        .map(key -> key.env() + "=" + key.show(key.defaultValue()) + "\n")
        .collect(Collectors.joining());
  }

  private void table(StringBuilder page, String section) {
    List<SettingKey> keys = tree.keys().stream().filter(k -> parent(k).equals(section)).toList();
    if (keys.isEmpty()) {
      return;
    }
    page.append("\n| Key | Default | Accepts | Meaning |\n| --- | --- | --- | --- |\n");
    for (SettingKey key : keys) {
      String value = key.show(key.defaultValue());
      page.append("| `").append(key.path()).append("`<br>`").append(key.env()).append("` | ");
      page.append(value.isEmpty() ? "(empty)" : "`" + value + "`").append(" | ");
      page.append(accepts(key)).append(" | ");
      page.append(key.setting().doc().replace("|", "\\|")).append(" |\n");
    }
  }

  private static String accepts(SettingKey key) {
    String unit = key.setting().unit();
    String accepts = key.type().accepts();
    return unit.isEmpty() ? accepts : accepts + " " + unit;
  }

  private static String parent(SettingKey key) {
    int dot = key.path().lastIndexOf('.');
    return dot < 0 ? "" : key.path().substring(0, dot);
  }

  private void openSections(StringBuilder page, String from, String to) {
    String path = "";
    for (String name : to.split("\\.", -1)) {
      String outer = path;
      path = path.isEmpty() ? name : path + "." + name;
      if (!(from + ".").startsWith(path + ".")) {
        page.append('\n');
        comment(page, indent(outer), tree.sections().getOrDefault(path, ""));
        page.append(indent(outer)).append(name).append(":\n");
      }
    }
  }

  private static String indent(String section) {
    return section.isEmpty() ? "" : "  ".repeat(section.split("\\.", -1).length);
  }

  private static void comment(StringBuilder page, String indent, String text) {
    var line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + word.length() >= COMMENT_WIDTH) {
        page.append(indent).append('#').append(line).append('\n');
        line.setLength(0);
      }
      line.append(' ').append(word);
    }
    page.append(indent).append('#').append(line).append('\n');
  }

  private static String yaml(SettingKey key) {
    Object value = key.defaultValue();
    if (value instanceof List<?> items) {
      return items.stream()
          .map(item -> scalar(String.valueOf(item)))
          .collect(Collectors.joining(", ", "[", "]"));
    }
    return key.setting().secret() ? "\"\"" : scalar(key.show(value));
  }

  private static String scalar(String text) {
    boolean plain = PLAIN.matcher(text).matches() && !RESERVED.matcher(text).matches();
    return plain
        ? text
        : '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  private static final String INTRODUCTION =
      """
      # Configuration

      Every setting has a default, so an empty configuration is a good one. A value can be given in
      four places; each replaces the ones before it:

      1. the default, below
      2. a YAML file: `herald --config herald.yaml`, or the environment variable `HERALD_CONFIG`
      3. the environment variable named under the key
      4. the command line: `herald --set mqtt.port=1884`

      A key that does not exist (also an unknown environment variable that starts with `HERALD_`), a
      value that cannot be read or is out of range, refuse the start: every problem is listed with
      its key, the place where it was written and the reason, and the exit code is 2.
      `HERALD_CONFIG`, `HERALD_JAVA_HOME`, `HERALD_JAVA_OPTS` and `HERALD_AOT` are the launcher's
      own. In Kubernetes, a service that is called `herald` puts variables of its own into every
      container; `enableServiceLinks: false` in the pod keeps them out.

      | Command | Prints |
      | --- | --- |
      | `herald config check` | whether the configuration is good, and what differs from the defaults |
      | `herald config defaults` | a YAML file with every setting, its default and its meaning |
      | `herald config env` | the environment variables with their defaults |
      | `herald config doc` | this page |

      Numbers of bytes can be written with `KiB`, `MiB` or `GiB`. Durations are written as `250ms`,
      `30s`, `5m`, `2h`, `1d` or in ISO 8601 (`PT30S`). A list is a YAML sequence, or one text with
      commas. A value *per app* may be a list too: the value of all apps, then `app=value` for each
      app that has its own, as in `30d,trial=1d,archive=0s`.

      ## At the top
      """;
}
