package dev.herald.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.harness.Child;
import dev.herald.it.harness.HeraldProcess;
import dev.herald.it.harness.Mosquitto;
import dev.herald.it.harness.SharedHerald;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a newcomer does first: the server and mosquitto's command line clients. */
@ExtendWith(SharedHerald.class)
class MosquittoIT {
  private final Mosquitto mosquitto;
  private final HeraldProcess server;

  MosquittoIT(HeraldProcess server) {
    this.server = server;
    this.mosquitto = new Mosquitto(server, SharedHerald.freshApp() + "/u");
  }

  @ParameterizedTest
  @CsvSource({
    "mqttv311, mqttv311, 0", "mqttv311, mqttv311, 1", "mqttv311, mqttv311, 2",
    "mqttv311, mqttv5, 0", "mqttv311, mqttv5, 1", "mqttv311, mqttv5, 2",
    "mqttv5, mqttv311, 0", "mqttv5, mqttv311, 1", "mqttv5, mqttv311, 2",
    "mqttv5, mqttv5, 0", "mqttv5, mqttv5, 1", "mqttv5, mqttv5, 2"
  })
  void message_reachesTheSubscriber(String publisher, String subscriber, String qos) {
    try (var sub = mosquitto.subscribe("-V", subscriber, "-q", qos, "-t", "a/+", "-C", "2")) {
      mosquitto.publish("-V", publisher, "-q", qos, "-t", "a/b", "-m", "hi");
      mosquitto.publish("-V", publisher, "-q", qos, "-t", "a/b/c", "-m", "too deep");
      mosquitto.publish("-V", publisher, "-q", qos, "-t", "a/c", "-m", "你好");

      assertThat(sub.awaitMessages())
          .containsExactly("a/b " + qos + " 0 hi", "a/c " + qos + " 0 你好");
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 2, 0", "1, 2, 1", "2, 1, 1", "2, 0, 0"})
  void qos_isTheLesserOfBoth(String subscribed, String published, String received) {
    try (var sub = mosquitto.subscribe("-q", subscribed, "-t", "#", "-C", "1")) {
      mosquitto.publish("-q", published, "-t", "t", "-m", "m");

      assertThat(sub.awaitMessages()).containsExactly("t " + received + " 0 m");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv311", "mqttv5"})
  void retained_isGivenToWhoComesLater(String version) {
    mosquitto.publish("-V", version, "-q", "1", "-r", "-t", "room/1", "-m", "21 C");
    mosquitto.publish("-V", version, "-q", "1", "-r", "-t", "room/2", "-m", "19 C");
    mosquitto.publish("-V", version, "-q", "1", "-r", "-n", "-t", "room/1");
    try (var sub = mosquitto.subscribe("-V", version, "-q", "1", "-t", "room/#", "-C", "2")) {
      mosquitto.publish("-V", version, "-q", "1", "-r", "-t", "room/3", "-m", "live");

      assertThat(sub.awaitMessages()).containsExactly("room/2 1 1 19 C", "room/3 1 0 live");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv311", "mqttv5"})
  void will_ofAKilledClientIsPublished(String version) {
    try (var watcher = mosquitto.subscribe("-q", "1", "-t", "gone/+", "-C", "1");
        var mortal =
            mosquitto.subscribe(
                "-V",
                version,
                "-t",
                "x",
                "--will-topic",
                "gone/me",
                "--will-qos",
                "1",
                "--will-payload",
                "bye")) {
      mortal.child().kill();

      assertThat(watcher.awaitMessages()).containsExactly("gone/me 1 0 bye");
    }
  }

  @Test
  void will_ofAClientThatLeavesOrderlyIsNotPublished() {
    try (var watcher = mosquitto.subscribe("-q", "1", "-t", "gone/#", "-C", "1")) {
      mosquitto.publish(
          "-t", "other", "-m", "m", "-q", "1", "--will-topic", "gone/pub", "--will-payload", "no");
      mosquitto.publish("-t", "gone/fence", "-m", "end", "-q", "1");

      assertThat(watcher.awaitMessages()).containsExactly("gone/fence 1 0 end");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqttv311", "mqttv5"})
  void session_thatIsKeptGetsWhatCameMeanwhile(String version) {
    String[] options = {
      "-V", version, "-c", "-i", "keeper-" + version, "-q", "1", "-t", "news/#", "-C", "3"
    };
    if (version.equals("mqttv5")) {
      options = with(options, "-x", "600");
    }
    try (var first = mosquitto.subscribe(with(options, "-E"))) {
      assertThat(first.child().awaitEnd(Duration.ofSeconds(20)).code()).isZero();
    }
    mosquitto.publish("-q", "1", "-t", "news/1", "-m", "one");
    mosquitto.publish("-q", "0", "-t", "news/0", "-m", "at most once: not kept");
    mosquitto.publish("-q", "2", "-t", "news/2", "-m", "two");
    try (var second = mosquitto.subscribe(options)) {
      mosquitto.publish("-q", "1", "-t", "news/3", "-m", "live");

      assertThat(second.awaitMessages())
          .containsExactly("news/1 1 0 one", "news/2 1 0 two", "news/3 1 0 live");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 127, 128, 16_383, 16_384, 1_000_000})
  void payload_ofAnySizeArrivesWhole(int bytes, @TempDir Path directory) throws IOException {
    String payload = "0123456789abcdef".repeat(bytes / 16 + 1).substring(0, bytes);
    Path file = Files.writeString(directory.resolve("payload"), payload);
    try (var sub = mosquitto.subscribeFormat("%l %p", "-q", "2", "-t", "big", "-C", "1")) {
      mosquitto.publish("-q", "2", "-t", "big", "-f", file.toString());

      assertThat(sub.awaitMessages()).containsExactly(bytes + " " + payload);
    }
  }

  @Test
  void apps_doNotSeeEachOther() {
    String other = SharedHerald.freshApp();
    Mosquitto neighbour = new Mosquitto(server, other + "/u");
    try (var everything = neighbour.subscribe("-q", "1", "-t", "#", "-C", "1");
        var own = mosquitto.subscribe("-q", "1", "-t", "#", "-C", "1")) {
      mosquitto.publish("-q", "1", "-r", "-t", "shared/topic", "-m", "mine");
      neighbour.publish("-q", "1", "-t", "shared/topic", "-m", "theirs");

      assertThat(everything.awaitMessages()).containsExactly("shared/topic 1 0 theirs");
      assertThat(own.awaitMessages()).containsExactly("shared/topic 1 0 mine");
    }
    try (var late = neighbour.subscribe("-q", "1", "-t", "shared/#", "-C", "1")) {
      neighbour.publish("-q", "1", "-t", "shared/fence", "-m", "no retained of others");

      assertThat(late.awaitMessages()).containsExactly("shared/fence 1 0 no retained of others");
    }
  }

  @Test
  void sameClientId_inTwoAppsIsTwoClients() {
    Mosquitto neighbour = new Mosquitto(server, SharedHerald.freshApp() + "/u");
    try (var here = mosquitto.subscribe("-i", "same", "-q", "1", "-t", "t", "-C", "1");
        var there = neighbour.subscribe("-i", "same", "-q", "1", "-t", "t", "-C", "1")) {
      mosquitto.publish("-q", "1", "-t", "t", "-m", "1");
      neighbour.publish("-q", "1", "-t", "t", "-m", "2");

      assertThat(here.awaitMessages()).containsExactly("t 1 0 1");
      assertThat(there.awaitMessages()).containsExactly("t 1 0 2");
    }
  }

  @Test
  void userWithoutApp_belongsToTheDefaultApp() {
    Mosquitto plain = new Mosquitto(server, "somebody");
    Mosquitto named = new Mosquitto(server, "default/other");
    try (var sub = plain.subscribe("-q", "1", "-t", "d/+", "-C", "1")) {
      named.publish("-q", "1", "-t", "d/1", "-m", "m");

      assertThat(sub.awaitMessages()).containsExactly("d/1 1 0 m");
    }
  }

  @Test
  void subscriptionIdentifiers_areTold() {
    try (var sub =
        mosquitto.subscribeFormat(
            "%t %S",
            "-V",
            "mqttv5",
            "-q",
            "1",
            "-t",
            "s/#",
            "-C",
            "1",
            "-D",
            "subscribe",
            "subscription-identifier",
            "77")) {
      mosquitto.publish("-q", "1", "-t", "s/1", "-m", "m");

      assertThat(sub.awaitMessages()).containsExactly("s/1 77");
    }
  }

  @Test
  void publishToATopicOfTheSystem_isRefusedWithAReason() {
    Child.Ended ended =
        mosquitto.tryPublish("-V", "mqttv5", "-d", "-q", "1", "-t", "$sys/x", "-m", "m");

    assertThat(ended.out() + ended.err()).containsAnyOf("RC:135", "RC:144");
  }

  private static String[] with(String[] options, String... more) {
    String[] all = java.util.Arrays.copyOf(options, options.length + more.length);
    System.arraycopy(more, 0, all, options.length, more.length);
    return all;
  }
}
