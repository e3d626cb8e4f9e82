package dev.herald.core.route;

import static dev.herald.core.route.Recorder.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicTreeTest {
  private final ManualLane lane = new ManualLane(0);
  private final ManualLane otherLane = new ManualLane(1);
  private final TopicTree tree = new TopicTree(2);

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Lane.LANES_MAX + 1})
  void topicTree_laneCountOutOfRange_isRefused(int lanes) {
    assertThatThrownBy(() -> new TopicTree(lanes)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void add_lastLaneOfTheGreatestTree_isFound() {
    TopicTree widest = new TopicTree(Lane.LANES_MAX);
    Recorder subscriber = new Recorder(new ManualLane(Lane.LANES_MAX - 1));
    subscriber.subscribe(widest, "a");
    List<FilterNode> found = new ArrayList<>();
    widest.match("a", found);
    assertThat(found).hasSize(1);
    assertThat(found.get(0).lanes()).isEqualTo(1L << 63);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "a/+", "a/#", "#", "+", "+/+/#", "/", "$s/+/x"})
  void remove_lastHolder_leavesNoNode(String filter) {
    Recorder one = new Recorder(lane).subscribe(tree, filter);
    Recorder two = new Recorder(otherLane).subscribe(tree, filter);
    assertThat(tree.size()).isEqualTo(2);
    one.unsubscribe(tree, filter);
    assertThat(tree.nodes()).isPositive();
    two.unsubscribe(tree, filter);
    assertThat(tree.size()).isZero();
    assertThat(tree.nodes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/", "+/"})
  void match_deepestFilter_needsNoLargeStack(String level) throws InterruptedException {
    String filter = level.repeat(Topics.LEVELS_MAX - 1) + "#";
    List<FilterNode> found = new ArrayList<>();
    Recorder subscriber = new Recorder(lane);
    // half of what a thread has
    Thread thread =
        new Thread(
            null,
            () -> {
              subscriber.subscribe(tree, filter);
              tree.match("a/".repeat(Topics.LEVELS_MAX - 1), found);
              subscriber.unsubscribe(tree, filter);
            },
            "small stack",
            512 * 1024);
    thread.start();
    thread.join();
    assertThat(found).hasSize(1);
    assertThat(tree.nodes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a/+"})
  void remove_notAdded_isRefusedAndCountsNothing(String filter) {
    Recorder subscriber = new Recorder(lane);
    Subscription never = new Subscription(subscriber, filter, 0, 0);
    assertThatThrownBy(() -> tree.remove(never)).isInstanceOf(IllegalStateException.class);
    new Recorder(otherLane).subscribe(tree, filter);
    assertThatThrownBy(() -> tree.remove(never)).isInstanceOf(IllegalStateException.class);
    subscriber.subscribe(tree, filter);
    assertThatThrownBy(() -> tree.remove(never)).isInstanceOf(IllegalStateException.class);
    assertThat(tree.size()).isEqualTo(2);
  }

  @Test
  void add_beforeRemovingTheReplaced_isNeverUnseen() {
    Recorder subscriber = new Recorder(lane);
    Subscription old = new Subscription(subscriber, "a", 1, 0);
    Subscription replacement = new Subscription(subscriber, "a", 2, 0);
    tree.add(old);
    tree.add(replacement);
    tree.remove(old);
    Router router = new Router(2);
    router.addLane(lane);
    router.publish(tree, message("a"));
    lane.runAll();
    assertThat(subscriber.receipts).hasSize(1);
    assertThat(tree.size()).isEqualTo(1);
  }
}
