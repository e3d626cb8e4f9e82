package dev.herald.core.route;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What a publisher awaits: that every consumer group its message matched has consumed it. It counts
 * parts that are not answered yet; when none is left it is {@linkplain #completed complete}, once.
 *
 * <p>The router opens a part for each lane it gives the message to and answers it when that lane
 * has delivered. A group that takes the message there opens one of its own. Parts may be answered
 * from any thread, and by whatever stands for a group elsewhere, such as another node. Thread-safe.
 */
public abstract class Receipt implements Tally {
  private static final VarHandle OPEN = handle("open", int.class);
  private static final VarHandle GROUPS = handle("groups", int.class);
  private static final VarHandle SUBSCRIBERS = handle("subscribers", int.class);
  private static final VarHandle REFUSAL = handle("refusal", NotConsumed.class);

  @SuppressWarnings("unused") // through OPEN
  private volatile int open;

  @SuppressWarnings("unused") // through GROUPS
  private volatile int groups;

  /** Groups included. */
  @SuppressWarnings("unused") // through SUBSCRIBERS
  private volatile int subscribers;

  @SuppressWarnings("unused") // through REFUSAL
  private volatile @Nullable NotConsumed refusal;

  /** Makes one without parts, for one publish. */
  protected Receipt() {}

  private static VarHandle handle(String field, Class<?> type) {
    try {
      return MethodHandles.lookup().findVarHandle(Receipt.class, field, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Hears that every part is answered. Called once, from any thread; must not block nor throw. */
  protected abstract void completed();

  /**
   * Opens parts. While a part is open further ones may be opened by whoever answers that one.
   *
   * @param parts how many, 1 or more
   */
  public final void open(int parts) {
    OPEN.getAndAdd(this, parts);
  }

  /** Opens the part of a consumer group that takes the message. */
  public final void openGroup() {
    GROUPS.getAndAdd(this, 1);
    open(1);
  }

  /** Answers a part: all is well there. */
  public final void answered() {
    if ((int) OPEN.getAndAdd(this, -1) == 1) {
      completed();
    }
  }

  /**
   * Answers a part of a group: nobody consumed the message there.
   *
   * @param why told to the publisher; the first one counts
   */
  public final void refused(NotConsumed why) {
    REFUSAL.compareAndSet(this, null, why);
    answered();
  }

  /** Answers the part of a lane. */
  @Override
  public final void delivered(int lane, int handedTo) {
    if (handedTo > 0) {
      SUBSCRIBERS.getAndAdd(this, handedTo);
    }
    answered();
  }

  /** Returns how many consumer groups took the message, for good once it is complete. */
  public final int groups() {
    return groups;
  }

  /** Returns how many other subscribers it was delivered to, for good once it is complete. */
  public final int subscribers() {
    return subscribers - groups;
  }

  /** Returns why a group did not consume it, or null: for good once it is complete. */
  public final @Nullable NotConsumed refusal() {
    return refusal;
  }
}
