package dev.herald.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a run does; checked.
 *
 * @param broker where it connects to
 * @param protocol the version it speaks
 * @param username or null for none
 * @param password or null for none
 * @param topicRoot what its topics begin with, different for every run
 * @param scenario who publishes to whom
 * @param count how many pairs, subscribers or connections
 * @param qos 0 or 1, of publishing and subscribing
 * @param payloadBytes the size of every message's payload
 * @param window how many messages a publisher may be ahead
 * @param perSecond how many messages are due in a second, 0 for as fast as possible
 * @param duration how long is measured
 * @param warmup how long is sent before that
 * @param serverPid the process to watch, 0 for none
 */
record Plan(
    InetSocketAddress broker,
    Protocol protocol,
    @Nullable String username,
    @Nullable String password,
    String topicRoot,
    Scenario scenario,
    int count,
    int qos,
    int payloadBytes,
    int window,
    int perSecond,
    Duration duration,
    Duration warmup,
    long serverPid) {

  /** Returns how many publishers there are. */
  int flows() {
    return scenario == Scenario.PAIRS ? count : 1;
  }

  /** Returns how many subscribers each publisher has. */
  int subscribersPerFlow() {
    return scenario == Scenario.PAIRS ? 1 : count;
  }

  /** Returns the login of a client. */
  Client.Login login(String name) {
    String clientId = topicRoot.replace('/', '-') + '-' + name;
    return new Client.Login(protocol, clientId, username, password);
  }
}
