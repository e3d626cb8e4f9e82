package dev.herald.core.config;

import java.util.List;

/**
 * One value of the configuration tree. Immutable.
 *
 * @param path the key as written in YAML and on the command line, {@code mqtt.packetBytesMax}
 * @param env the environment variable of the key, {@code HERALD_MQTT_PACKET_BYTES_MAX}
 * @param type how its text is read and written
 * @param setting its description, default and bounds
 */
public record SettingKey(String path, String env, SettingType type, Setting setting) {
  /** What is shown instead of a secret value. */
  public static final String MASK = "***";

  /**
   * Reads a value and checks its bounds.
   *
   * @param text the value as an operator wrote it; lists are separated by commas
   * @return the value, of the component's type
   * @throws IllegalArgumentException if it cannot be read or is out of bounds; the message is the
   *     rest of a sentence, "must be 0 to 65535"
   */
  public Object parse(String text) {
    return type.parse(text);
  }

  /**
   * Reads a value given as a sequence of texts.
   *
   * @param texts the items, taken as they are
   * @return the value, of the component's type
   * @throws IllegalArgumentException if the key does not hold a list
   */
  public Object parse(List<String> texts) {
    return type.parse(texts);
  }

  /** The default value, of the component's type. */
  public Object defaultValue() {
    return type.parse(setting.def());
  }

  /**
   * Writes a value for people.
   *
   * @param value a value of the component's type
   * @return its shortest text, which {@link #parse} reads back as an equal value; {@link #MASK} for
   *     a secret that is not empty
   */
  public String show(Object value) {
    String text = type.format(value);
    return setting.secret() && !text.isEmpty() ? MASK : text;
  }
}
