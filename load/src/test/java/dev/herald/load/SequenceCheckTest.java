package dev.herald.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SequenceCheckTest {
  private final SequenceCheck check = new SequenceCheck();

  @Property
  void accept_anyOrder_agreesWithASet(
      @ForAll @Size(max = 300) List<@LongRange(max = 200) Long> numbers) {
    SequenceCheck any = new SequenceCheck();
    Set<Long> came = new HashSet<>();
    long highest = -1;
    long duplicated = 0;
    long outOfOrder = 0;
    for (long number : numbers) {
      boolean isNew = came.add(number);
      duplicated += isNew ? 0 : 1;
      outOfOrder += isNew && number < highest ? 1 : 0;
      highest = Math.max(highest, number);
      assertThat(any.accept(number)).isEqualTo(isNew);
    }
    assertThat(any.received()).isEqualTo(came.size());
    assertThat(any.duplicated()).isEqualTo(duplicated);
    assertThat(any.outOfOrder()).isEqualTo(outOfOrder);
    assertThat(any.highest()).isEqualTo(highest);
  }

  @Test
  void accept_inOrderForLong_findsNothingWrong() {
    for (long number = 0; number < 3L * SequenceCheck.REMEMBERED; number++) {
      assertThat(check.accept(number)).isTrue();
    }
    assertThat(check.received()).isEqualTo(3L * SequenceCheck.REMEMBERED);
    assertThat(check.accept(2L * SequenceCheck.REMEMBERED + 5)).isFalse();
    assertThat(check.duplicated()).isEqualTo(1);
    assertThat(check.outOfOrder()).isZero();
  }

  @Test
  void accept_gapAtTheEdgeOfMemory_isStillKnown() {
    check.accept(0);
    check.accept(2);
    long last = SequenceCheck.REMEMBERED;
    for (long number = 3; number <= last; number++) {
      check.accept(number);
    }
    assertThat(check.accept(1)).isTrue();
    assertThat(check.outOfOrder()).isEqualTo(1);
    assertThat(check.accept(1)).isFalse();
    assertThat(check.accept(2)).isFalse();
    assertThat(check.duplicated()).isEqualTo(2);
  }

  @Test
  void accept_gapGreaterThanMemory_forgetsWhatWasBefore() {
    check.accept(0);
    check.accept(10L * SequenceCheck.REMEMBERED);
    assertThat(check.accept(10L * SequenceCheck.REMEMBERED - 1)).isTrue();
    assertThat(check.accept(10L * SequenceCheck.REMEMBERED)).isFalse();
    assertThat(check.received()).isEqualTo(3);
    assertThat(check.accept(5)).as("older than what is remembered").isTrue();
    assertThat(check.outOfOrder()).isEqualTo(2);
  }
}
