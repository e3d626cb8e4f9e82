package dev.herald.core.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The configuration tree of a settings record: its keys in the order of declaration, and the way
 * from values to the record and back. Immutable, for any thread. The records must be public.
 *
 * @param <T> the record at the root
 */
public final class SettingTree<T extends Record> {
  private static final String ENV_PREFIX = "HERALD_";

  private final Class<T> root;
  private final List<SettingKey> keys = new ArrayList<>();
  private final Map<String, String> sections = new LinkedHashMap<>();

  private SettingTree(Class<T> root) {
    this.root = root;
    collect(root, "");
    var envs = new LinkedHashMap<String, String>();
    for (SettingKey key : keys) {
      String other = envs.put(key.env(), key.path());
      if (other != null) {
        throw new IllegalArgumentException(other + " and " + key.path() + " are both " + key.env());
      }
    }
  }

  /**
   * Reads the tree of a record class.
   *
   * @param root a public record whose components all carry {@link Setting}
   * @throws IllegalArgumentException if a component lacks it, has a type no setting can have, or a
   *     default out of its bounds: a mistake in the program
   */
  public static <T extends Record> SettingTree<T> of(Class<T> root) {
    return new SettingTree<>(root);
  }

  /**
   * The record with every setting at its default.
   *
   * @throws IllegalArgumentException as {@link #of} does
   */
  public static <T extends Record> T defaults(Class<T> root) {
    return of(root).build(SettingKey::defaultValue, SettingTree::rethrow);
  }

  private static void rethrow(String section, IllegalArgumentException problem) {
    throw problem;
  }

  /** All keys, in the order of declaration. */
  public List<SettingKey> keys() {
    return Collections.unmodifiableList(keys);
  }

  /** The paths of all sections with their descriptions, parents before children. */
  public Map<String, String> sections() {
    return Collections.unmodifiableMap(sections);
  }

  /**
   * Makes the record.
   *
   * @param values gives the value of each key, of the component's type
   * @param refused told the path of a section ("" for the root) whose constructor refused its
   *     values, and why; the section's defaults then stand in so that the others are checked too
   * @return the record; only to be used if nothing was refused
   */
  public T build(
      Function<SettingKey, Object> values, BiConsumer<String, IllegalArgumentException> refused) {
    return root.cast(build(root, "", values, refused));
  }

  /**
   * The values of a record made from this tree, by key.
   *
   * @return a map in the order of {@link #keys}
   */
  public Map<SettingKey, Object> values(T record) {
    var values = new LinkedHashMap<SettingKey, Object>();
    for (SettingKey key : keys) {
      Object at = record;
      for (String name : key.path().split("\\.", -1)) {
        at = component(at, name);
      }
      values.put(key, at);
    }
    return values;
  }

  /**
   * The environment variable of a key: {@code mqtt.packetBytesMax} is {@code
   * HERALD_MQTT_PACKET_BYTES_MAX}.
   *
   * @param path component names joined by dots, each a letter followed by letters and digits
   */
  public static String envName(String path) {
    String words = path.replaceAll("([A-Z])", "_$1").replace('.', '_');
    return (ENV_PREFIX + words).toUpperCase(Locale.ROOT);
  }

  private void collect(Class<?> type, String prefix) {
    for (RecordComponent component : type.getRecordComponents()) {
      String path = prefix + component.getName();
      Setting setting = component.getAnnotation(Setting.class);
      if (setting == null) {
        throw new IllegalArgumentException(path + " has no @Setting in " + type.getName());
      }
      if (component.getType().isRecord()) {
        sections.put(path, setting.doc());
        collect(component.getType(), path + ".");
        continue;
      }
      try {
        var valueType = SettingType.of(component.getGenericType(), setting);
        var key = new SettingKey(path, envName(path), valueType, setting);
        key.defaultValue();
        keys.add(key);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
      }
    }
  }

  private Object build(
      Class<?> type,
      String prefix,
      Function<SettingKey, Object> values,
      BiConsumer<String, IllegalArgumentException> refused) {
    RecordComponent[] components = type.getRecordComponents();
    Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      String path = prefix + components[i].getName();
      Class<?> child = components[i].getType();
      arguments[i] =
          child.isRecord() ? build(child, path + ".", values, refused) : values.apply(key(path));
    }
    try {
      return construct(type, components, arguments);
    } catch (IllegalArgumentException e) {
      refused.accept(prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1), e);
      return build(type, prefix, SettingKey::defaultValue, SettingTree::rethrow);
    }
  }

  private SettingKey key(String path) {
    return keys.stream().filter(key -> key.path().equals(path)).findFirst().orElseThrow();
  }

  private static Object construct(Class<?> type, RecordComponent[] components, Object[] arguments) {
    try {
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return type.getConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw new IllegalStateException("the constructor of " + type.getName() + " failed", e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type.getName() + " must be a public record", e);
    }
  }

  private static Object component(Object record, String name) {
    try {
      return record.getClass().getMethod(name).invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(record.getClass().getName() + "." + name, e);
    }
  }
}
