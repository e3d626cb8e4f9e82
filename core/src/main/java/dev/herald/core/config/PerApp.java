package dev.herald.core.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The value of a setting that may differ from app to app: one for all, and those of the apps that
 * have their own. Immutable, for any thread.
 *
 * @param <T> a number or a duration
 */
public final class PerApp<T> {
  private final T common;
  private final Map<String, T> own;

  /**
   * A value for each app.
   *
   * @param common the value of every app that has none of its own
   * @param own the values of those that have, by app id
   */
  public PerApp(T common, Map<String, T> own) {
    this.common = common;
    this.own = new TreeMap<>(own);
  }

  /** The same value for every app. */
  public static <T> PerApp<T> all(T value) {
    return new PerApp<>(value, Map.of());
  }

  /** Returns the value that holds for an app. */
  public T of(String appId) {
    return own.getOrDefault(appId, common);
  }

  /** Returns every value that holds for some app. */
  public Collection<T> values() {
    List<T> values = new ArrayList<>(own.values());
    values.add(common);
    return values;
  }

  /** Returns the value of every app that has none of its own. */
  T common() {
    return common;
  }

  /** Returns the values of the apps that have their own, in the order of their ids. */
  Map<String, T> own() {
    return own;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PerApp<?> that && common.equals(that.common) && own.equals(that.own);
  }

  @Override
  public int hashCode() {
    return 31 * common.hashCode() + own.hashCode();
  }

  @Override
  public String toString() {
    return common + " " + own;
  }
}
