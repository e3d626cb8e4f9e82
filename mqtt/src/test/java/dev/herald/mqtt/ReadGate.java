package dev.herald.mqtt;

import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.store.Store;
import java.lang.reflect.Proxy;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Stands before the store's readers: counts reads, keeps them waiting, or refuses them. */
final class ReadGate {
  private final Semaphore gate = new Semaphore(Integer.MAX_VALUE);
  private final AtomicInteger reads = new AtomicInteger();
  private volatile @Nullable ErrorCode refusal;

  Store over(Store behind) {
    return (Store)
        Proxy.newProxyInstance(
            Store.class.getClassLoader(),
            new Class<?>[] {Store.class},
            (proxy, method, arguments) -> {
              reads.incrementAndGet();
              gate.acquire();
              gate.release();
              ErrorCode code = refusal;
              if (code != null) {
                throw new HeraldException(code, "refused by the test");
              }
              return method.invoke(behind, arguments);
            });
  }

  /** Returns how many reads were begun. */
  int count() {
    return reads.get();
  }

  void refuse(ErrorCode code) {
    refusal = code;
  }

  void accept() {
    refusal = null;
  }

  void shut() {
    gate.drainPermits();
  }

  void open() {
    gate.release(Integer.MAX_VALUE - gate.availablePermits());
  }
}
