package dev.herald.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.store.Store;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;

/** What the suites for a {@link Store} share: stores over the data of one test. */
public abstract class StoreSuite {
  private final List<Store> opened = new ArrayList<>();

  StoreSuite() {}

  /**
   * Opens a started store over the data of the present test, which is empty at first. Called again,
   * it opens another store over the same data; the suite closes all of them.
   */
  protected abstract Store open();

  final Store store() {
    Store store = open();
    opened.add(store);
    return store;
  }

  /** Closes the stores of the test. */
  @AfterEach
  protected final void closeStores() {
    opened.forEach(Store::close);
  }

  static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE));
  }
}
