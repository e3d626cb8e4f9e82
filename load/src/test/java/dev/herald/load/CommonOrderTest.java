package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommonOrderTest {
  private final CommonOrder order = new CommonOrder(3);

  @Test
  void accept_sameOrderAtAll_whoeverIsAhead() {
    for (int i = 0; i < 1000; i++) {
      assertThat(order.accept(i % 2, 100L + i / 2)).isTrue();
    }
    for (int i = 0; i < 500; i++) {
      assertThat(order.accept(2, 100L + i)).isTrue();
    }
    assertThat(order.accept(2, 7)).isTrue();
    assertThat(order.accept(0, 7)).isTrue();
  }

  @Test
  void accept_otherOrder_isFoundOnce() {
    assertThat(order.accept(0, 1)).isTrue();
    assertThat(order.accept(0, 2)).isTrue();
    assertThat(order.accept(1, 2)).isFalse();
    assertThat(order.accept(1, 1)).isTrue();
    assertThat(order.accept(2, 1)).isTrue();
    assertThat(order.accept(2, 3)).isFalse();
  }

  @Test
  void accept_farBehind_isCheckedAsFarAsItIsRemembered() {
    for (long i = 0; i < 3L * CommonOrder.REMEMBERED; i++) {
      assertThat(order.accept(0, i)).isTrue();
    }
    for (long i = 0; i < 2L * CommonOrder.REMEMBERED; i++) {
      assertThat(order.accept(1, i)).isTrue();
    }
    assertThat(order.accept(1, 2L * CommonOrder.REMEMBERED)).isTrue();
    assertThat(order.accept(1, 5)).isFalse();
  }
}
