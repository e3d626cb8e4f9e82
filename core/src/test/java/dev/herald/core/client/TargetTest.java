package dev.herald.core.client;

import static dev.herald.core.client.ClientFixture.registered;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class TargetTest {
  @Test
  void conditions_mustAllBeMet_andOneThatIsMissingIsNone() {
    Target target = new Target(Set.of("ann", "bob"), Set.of("phone"), Set.of(), Set.of(), Set.of());
    assertThat(target.matches(registered("ann", "phone"))).isTrue();
    assertThat(target.matches(registered("bob", "phone", "x"))).isTrue();
    assertThat(target.matches(registered("ann", "laptop"))).isFalse();
    assertThat(target.matches(registered("ann", ""))).isFalse();
    assertThat(target.matches(registered("carol", "phone"))).isFalse();
    assertThat(target.matches(Registration.NOTHING)).isFalse();
    assertThat(Target.ALL.matches(Registration.NOTHING)).isTrue();
    assertThat(target.names()).isEqualTo(3);
    assertThat(Target.ALL.names()).isZero();
  }

  @Test
  void tags_anyAllAndNone() {
    Target target = new Target(Set.of(), Set.of(), Set.of("a", "b"), Set.of("c", "d"), Set.of("e"));
    assertThat(target.matches(registered("", "", "a", "c", "d"))).isTrue();
    assertThat(target.matches(registered("", "", "d", "c", "b", "a", "x"))).isTrue();
    assertThat(target.matches(registered("", "", "c", "d"))).as("none of any").isFalse();
    assertThat(target.matches(registered("", "", "a", "c"))).as("not all").isFalse();
    assertThat(target.matches(registered("", "", "a", "c", "d", "e"))).as("one of none").isFalse();
    assertThat(target.names()).isEqualTo(5);
  }

  @Test
  void registration_changes_onlyWhatIsGiven() {
    Registration before = registered("ann", "phone", "a");
    assertThat(new Registration.Change(false, null, false, null, null).of(before))
        .isEqualTo(before);
    assertThat(new Registration.Change(true, "bob", true, null, java.util.List.of()).of(before))
        .isEqualTo(registered("bob", ""));
    assertThat(new Registration.Change(true, null, false, null, java.util.List.of("b")).of(before))
        .isEqualTo(registered("", "phone", "b"));
    assertThat(before.isNothing()).isFalse();
    assertThat(Registration.NOTHING.isNothing()).isTrue();
  }
}
