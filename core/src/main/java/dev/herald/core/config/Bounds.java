package dev.herald.core.config;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The smallest and largest value of a setting; either may be missing. Immutable. */
final class Bounds<T extends Comparable<T>> {
  private final @Nullable T min;
  private final @Nullable T max;
  private final Function<T, String> write;

  private Bounds(@Nullable T min, @Nullable T max, Function<T, String> write) {
    this.min = min;
    this.max = max;
    this.write = write;
  }

  static <T extends Comparable<T>> Bounds<T> of(
      Setting setting, Function<String, T> read, Function<T, String> write) {
    T min = setting.min().isEmpty() ? null : read.apply(setting.min());
    T max = setting.max().isEmpty() ? null : read.apply(setting.max());
    if (min != null && max != null && min.compareTo(max) > 0) {
      throw new IllegalArgumentException("min " + min + " is above max " + max);
    }
    return new Bounds<>(min, max, write);
  }

  /** Gives the value back, or throws with the rest of a sentence: "must be 0 to 65535". */
  T check(T value) {
    if ((min != null && value.compareTo(min) < 0) || (max != null && value.compareTo(max) > 0)) {
      throw new IllegalArgumentException("must be " + describe());
    }
    return value;
  }

  /** "0 to 65535", "1 or more", "10m or less", or "any". */
  String describe() {
    if (min != null && max != null) {
      return write.apply(min) + " to " + write.apply(max);
    }
    if (min != null) {
      return write.apply(min) + " or more";
    }
    return max != null ? write.apply(max) + " or less" : "any";
  }
}
