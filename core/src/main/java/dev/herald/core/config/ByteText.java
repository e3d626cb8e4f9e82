package dev.herald.core.config;

import java.math.BigInteger;
import java.util.List;
import java.util.regex.Pattern;

/** Numbers of bytes as text: {@code 65536} and {@code 64KiB} are the same. */
final class ByteText {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,30})\\s*([a-zA-Z]*)");
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB");

  private ByteText() {}

  static Long parse(String text, long max) {
    var form = FORM.matcher(text.strip());
    if (form.matches()) {
      String unit = form.group(2).isEmpty() ? "B" : form.group(2);
      for (int power = 0; power < UNITS.size(); power++) {
        if (UNITS.get(power).equalsIgnoreCase(unit)) {
          return limited(new BigInteger(form.group(1)).shiftLeft(10 * power), max);
        }
      }
    }
    throw new IllegalArgumentException("must be a number of bytes such as 65536, 64KiB or 1MiB");
  }

  private static Long limited(BigInteger bytes, long max) {
    if (bytes.compareTo(BigInteger.valueOf(max)) > 0) {
      throw new IllegalArgumentException("must be at most " + max + " bytes");
    }
    return bytes.longValueExact();
  }

  /** The number with the largest unit that divides it. */
  static String of(Number bytes) {
    long rest = bytes.longValue();
    int power = 0;
    while (rest != 0 && rest % 1024 == 0 && power < UNITS.size() - 1) {
      rest /= 1024;
      power++;
    }
    return power == 0 ? Long.toString(rest) : rest + UNITS.get(power);
  }
}
