package dev.herald.core.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as text: {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 1d}, ISO 8601. */
final class DurationText {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,19})\\s*([a-z]+)");
  private static final Map<String, Duration> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("d", Duration.ofDays(1));
    UNITS.put("h", Duration.ofHours(1));
    UNITS.put("m", Duration.ofMinutes(1));
    UNITS.put("s", Duration.ofSeconds(1));
    UNITS.put("ms", Duration.ofMillis(1));
  }

  private DurationText() {}

  static Duration parse(String text) {
    String form = text.strip().toLowerCase(Locale.ROOT);
    if (form.equals("0")) {
      return Duration.ZERO;
    }
    try {
      var matcher = FORM.matcher(form);
      if (matcher.matches()) {
        Duration unit = UNITS.get(matcher.group(2));
        if (unit != null) {
          return unit.multipliedBy(Long.parseLong(matcher.group(1)));
        }
      } else if (form.startsWith("p")) {
        Duration iso = Duration.parse(form);
        if (!iso.isNegative()) {
          return iso;
        }
      }
    } catch (DateTimeParseException | ArithmeticException | NumberFormatException e) {
      throw refused(e);
    }
    throw refused(null);
  }

  private static IllegalArgumentException refused(@Nullable Exception cause) {
    return new IllegalArgumentException(
        "must be a duration such as 250ms, 30s, 5m, 2h, 1d or PT30S", cause);
  }

  /** The duration in the largest unit that divides it; ISO 8601 if no unit does. */
  static String of(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    try {
      for (var unit : UNITS.entrySet()) {
        long count = duration.dividedBy(unit.getValue());
        if (unit.getValue().multipliedBy(count).equals(duration)) {
          return count + unit.getKey();
        }
      }
    } catch (ArithmeticException e) {
      return duration.toString(); // more units than a long counts
    }
    return duration.toString();
  }
}
