package dev.herald.core.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one configuration value: a component of a settings record. Checks, defaults, the
 * reference page and the names of environment variables all come from it.
 *
 * <p>A component is either a value ({@code int}, {@code long}, {@code boolean}, {@code String}, an
 * enum, {@link java.time.Duration}, {@link java.nio.file.Path}, {@code List<String>}, {@link
 * PerApp} of {@code Long} or {@code Duration}) or a nested settings record, a section. A section
 * has a {@link #doc} only.
 *
 * <p>The key is the path of component names, {@code mqtt.packetBytesMax}; the environment variable
 * is {@code HERALD_MQTT_PACKET_BYTES_MAX}. What one value cannot say (two values that contradict
 * each other) belongs in the record's compact constructor, which throws {@link
 * IllegalArgumentException} with a sentence for the operator.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
  /**
   * One or two full sentences for the operator. For a limit: what happens at the limit, and what 0
   * means where 0 is allowed.
   */
  String doc();

  /**
   * The unit of a number, in the plural: {@code "messages"}. The unit {@code "bytes"} lets a number
   * be written with a suffix ({@code 64KiB}, {@code 1MiB}, {@code 2GiB}). Durations carry their own
   * unit and leave this empty.
   */
  String unit() default "";

  /**
   * The default, written as it would be in a configuration file: {@code "1MiB"}, {@code "30s"},
   * {@code "127.0.0.1,::1"} for a list. An empty text is the empty string or the empty list.
   * Ignored for a section.
   */
  String def() default "";

  /** The smallest value allowed, written like {@link #def}; empty for no bound. Not for texts. */
  String min() default "";

  /** The largest value allowed, written like {@link #def}; empty for no bound. Not for texts. */
  String max() default "";

  /** Whether the value is a secret, which is never logged or printed. */
  boolean secret() default false;
}
