package dev.herald.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * The figures of a run, in the order they are shown: as a table for people, as JSON for scripts.
 */
final class Report {
  private final List<Row> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  /** Adds a text. */
  Report text(String key, String label, String value) {
    rows.add(new Row(key, '"' + escaped(value) + '"', label, value));
    return this;
  }

  /** Adds a whole number. */
  Report number(String key, String label, long value) {
    rows.add(new Row(key, Long.toString(value), label, String.format(Locale.ROOT, "%,d", value)));
    return this;
  }

  /**
   * Adds a measured number.
   *
   * @param decimals how many decimal places are given
   * @param unit shown behind the number, may be empty
   */
  Report measure(String key, String label, double value, int decimals, String unit) {
    String json =
        Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value) : "null";
    String shown = String.format(Locale.ROOT, "%,." + decimals + "f", value);
    rows.add(new Row(key, json, label, unit.isEmpty() ? shown : shown + ' ' + unit));
    return this;
  }

  /** Adds reports of parts, one JSON object and one line of the table each. */
  Report parts(String key, List<Report> parts) {
    StringJoiner json = new StringJoiner(",", "[", "]");
    for (Report part : parts) {
      json.add(part.json());
    }
    rows.add(new Row(key, json.toString(), key, Integer.toString(parts.size())));
    return this;
  }

  /** Adds a sentence a reader of the figures must know; scripts find all of them in one list. */
  Report note(String sentence) {
    notes.add(sentence);
    return this;
  }

  /** Adds a sentence about what was wrong; the run has failed. */
  Report fault(String sentence) {
    faults.add(sentence);
    return this;
  }

  /** Returns what was wrong, nothing if all was right. */
  List<String> faults() {
    return List.copyOf(faults);
  }

  /** Returns the table, a line for each figure. */
  String table() {
    int width = rows.stream().mapToInt(row -> row.label.length()).max().orElse(0);
    StringBuilder table = new StringBuilder();
    for (Row row : rows) {
      table.append(String.format(Locale.ROOT, "  %-" + width + "s  %s%n", row.label, row.shown));
    }
    for (String note : notes) {
      table.append(String.format(Locale.ROOT, "  note: %s%n", note));
    }
    for (String fault : faults) {
      table.append(String.format(Locale.ROOT, "  FAILED: %s%n", fault));
    }
    return table.toString();
  }

  /** Returns one JSON object on one line, with {@code ok}, notes and faults last. */
  String json() {
    StringBuilder json = new StringBuilder("{");
    for (Row row : rows) {
      json.append('"').append(row.key).append("\":").append(row.json).append(',');
    }
    return json.append("\"ok\":")
        .append(faults.isEmpty())
        .append(",\"notes\":")
        .append(list(notes))
        .append(",\"faults\":")
        .append(list(faults))
        .append('}')
        .toString();
  }

  private static String list(List<String> sentences) {
    StringJoiner list = new StringJoiner(",", "[", "]");
    for (String sentence : sentences) {
      list.add('"' + escaped(sentence) + '"');
    }
    return list.toString();
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c < ' ') {
        escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private record Row(String key, String json, String label, String shown) {}
}
