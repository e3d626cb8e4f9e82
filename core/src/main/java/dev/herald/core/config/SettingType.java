package dev.herald.core.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How the text of one kind of setting is read, checked and written. Immutable, for any thread.
 *
 * <p>Writing and reading are inverse: a formatted value reads back as an equal one.
 */
public final class SettingType {
  private static final char OF_APP = '=';

  private final String accepts;
  private final Function<String, Object> reader;
  private final Function<Object, String> writer;
  private final @Nullable Function<List<String>, Object> listReader;

  private SettingType(
      String accepts,
      Function<String, Object> reader,
      Function<Object, String> writer,
      @Nullable Function<List<String>, Object> listReader) {
    this.accepts = accepts;
    this.reader = reader;
    this.writer = writer;
    this.listReader = listReader;
  }

  /** A type written as a list of texts, or as one text with commas. */
  private static SettingType list(
      String accepts, Function<Object, String> writer, Function<List<String>, Object> listReader) {
    return new SettingType(accepts, text -> listReader.apply(items(text)), writer, listReader);
  }

  /**
   * The type of a record component.
   *
   * @param type the component's generic type
   * @param setting its description, for unit and bounds
   * @throws IllegalArgumentException if no such setting can exist: a mistake in the program
   */
  static SettingType of(Type type, Setting setting) {
    boolean bytes = setting.unit().equals("bytes");
    if (type == int.class) {
      return bytes
          ? bounded(
              setting, text -> ByteText.parse(text, Integer.MAX_VALUE).intValue(), ByteText::of)
          : bounded(setting, SettingType::parseInt, String::valueOf);
    }
    if (type == long.class) {
      return bytes
          ? bounded(setting, text -> ByteText.parse(text, Long.MAX_VALUE), ByteText::of)
          : bounded(setting, SettingType::parseLong, String::valueOf);
    }
    if (type == Duration.class) {
      return bounded(setting, DurationText::parse, DurationText::of);
    }
    if (type instanceof ParameterizedType generic && generic.getRawType() == PerApp.class) {
      Type value = generic.getActualTypeArguments()[0];
      return perApp(of(value == Long.class ? long.class : value, setting), setting);
    }
    if (!setting.min().isEmpty() || !setting.max().isEmpty()) {
      throw new IllegalArgumentException("bounds are for numbers and durations, not for " + type);
    }
    if (type == boolean.class) {
      return unbounded("true or false", SettingType::parseBoolean);
    }
    if (type == String.class) {
      return unbounded("text", text -> text);
    }
    if (type == Path.class) {
      return unbounded("path", SettingType::parsePath);
    }
    if (type instanceof Class<?> choice && choice.isEnum()) {
      return choice(choice);
    }
    if (type instanceof ParameterizedType generic
        && generic.getRawType() == List.class
        && generic.getActualTypeArguments()[0] == String.class) {
      return list("list", SettingType::formatList, List::copyOf);
    }
    throw new IllegalArgumentException("a setting cannot be a " + type);
  }

  /** What is accepted, for the reference page: {@code "0 to 65535"}, {@code "true or false"}. */
  public String accepts() {
    return accepts;
  }

  Object parse(String text) {
    return reader.apply(text);
  }

  Object parse(List<String> texts) {
    if (listReader == null) {
      throw new IllegalArgumentException("must be one value, not a list");
    }
    return listReader.apply(texts);
  }

  String format(Object value) {
    return writer.apply(value);
  }

  /** A type with an order, whose values are held between the setting's bounds. */
  @SuppressWarnings("unchecked") // the writer is only given what the reader made
  private static <T extends Comparable<T>> SettingType bounded(
      Setting setting, Function<String, T> read, Function<T, String> write) {
    var bounds = Bounds.of(setting, read, write);
    return new SettingType(
        bounds.describe(),
        text -> bounds.check(read.apply(text)),
        value -> write.apply((T) value),
        null);
  }

  /** A value for all apps, and {@code app=value} for those that have their own. */
  private static SettingType perApp(SettingType value, Setting setting) {
    return list(
        "per app, " + value.accepts,
        perApp -> formatPerApp((PerApp<?>) perApp, value),
        items -> parsePerApp(items, value, setting));
  }

  private static PerApp<Object> parsePerApp(
      List<String> items, SettingType value, Setting setting) {
    List<Object> common = new ArrayList<>();
    Map<String, Object> own = new HashMap<>();
    for (String item : items) {
      int divider = item.lastIndexOf(OF_APP);
      Object read = value.parse(item.substring(divider + 1));
      if (divider < 0) {
        common.add(read);
      } else if (divider == 0) {
        throw new IllegalArgumentException("must name the app in " + item);
      } else if (own.put(item.substring(0, divider), read) != null) {
        throw new IllegalArgumentException(
            "must not name an app twice: " + item.substring(0, divider));
      }
    }
    if (common.size() > 1) {
      throw new IllegalArgumentException("must have one value for all apps, then app=value each");
    }
    return new PerApp<>(common.isEmpty() ? value.parse(setting.def()) : common.getFirst(), own);
  }

  private static String formatPerApp(PerApp<?> perApp, SettingType value) {
    var text = new StringBuilder(value.format(perApp.common()));
    perApp
        .own()
        .forEach((appId, own) ->
            text.append(',').append(appId).append(OF_APP).append(value.format(own)));
    return text.toString();
  }

  private static SettingType unbounded(String accepts, Function<String, Object> read) {
    return new SettingType(accepts, read, String::valueOf, null);
  }

  private static SettingType choice(Class<?> type) {
    Object[] constants = type.getEnumConstants();
    String names =
        Arrays.stream(constants).map(SettingType::choiceName).collect(Collectors.joining(", "));
    return new SettingType(
        names,
        text ->
            Arrays.stream(constants)
                .filter(constant -> choiceName(constant).equalsIgnoreCase(text.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of " + names)),
        SettingType::choiceName,
        null);
  }

  private static String choiceName(Object constant) {
    return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Object parseBoolean(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false");
    };
  }

  private static Object parsePath(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("must be a path, not empty");
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("must be a path: " + e.getReason(), e);
    }
  }

  private static List<String> items(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }

  private static String formatList(Object value) {
    return ((List<?>) value).stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static Integer parseInt(String text) {
    long value = parseLong(text);
    if (value != (int) value) {
      throw new IllegalArgumentException(
          "must be " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE);
    }
    return (int) value;
  }

  private static Long parseLong(String text) {
    String digits = text.strip();
    if (!digits.matches("[+-]?[0-9]+")) {
      throw new IllegalArgumentException("must be a whole number");
    }
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be " + Long.MIN_VALUE + " to " + Long.MAX_VALUE, e);
    }
  }
}
