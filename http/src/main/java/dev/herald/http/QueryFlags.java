package dev.herald.http;

import com.linecorp.armeria.common.FlagsProvider;

/**
 * Lets two dots with slashes around them through in a query, where they are part of an id and lead
 * to no file. Armeria finds it as a service.
 */
public final class QueryFlags implements FlagsProvider {
  /** Made by Armeria, when it is loaded. */
  public QueryFlags() {}

  @Override
  public int priority() {
    return 1;
  }

  @Override
  public Boolean allowDoubleDotsInQueryString() {
    return true;
  }
}
