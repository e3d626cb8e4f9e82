package dev.herald.server;

import dev.herald.server.config.HeraldConfig;

/** What a server says once it is ready: where it is, and what to try. */
final class Banner {
  private Banner() {}

  /**
   * The banner of a server that has started.
   *
   * @param server the server, started
   * @param config its configuration
   * @return several lines, with a line end after the last
   */
  static String of(Standalone server, HeraldConfig config) {
    Endpoints at = server.endpoints();
    String host = at.nearest();
    String hostOption = host.replace("[", "").replace("]", "");
    String http = "http://" + host + ":" + at.httpPort();
    return """

    Herald %s is ready in %d ms

      MQTT            %s
      MQTT over WS    %s (path /mqtt)
      HTTP            %s
      console         %s/console/
      data            %s

    Try:
      mosquitto_sub -h %s -p %d -t 'a/+' &
      mosquitto_pub -h %s -p %d -t a/b -m hi
      curl -d '{"appId":"a","groupId":"g","userId":"u","content":"hi"}' -H 'Content-Type: application/json' %s/chat/message/create

    %s
    """
        .formatted(
            server.version(),
            server.startupMs(),
            at.all(at.mqttPort()),
            at.all(at.wsPort()),
            at.all(at.httpPort()),
            http,
            server.dataPath(),
            hostOption,
            at.mqttPort(),
            hostOption,
            at.mqttPort(),
            http,
            reach(config));
  }

  private static String reach(HeraldConfig config) {
    return config.isOpen()
        ? "WARNING: no credentials are configured and insecure.allowOpen is true, so whoever"
            + " reaches these addresses can read and send everything."
        : "No credentials are configured, so it listens on loopback only: this machine reaches it,"
            + " others do not.";
  }
}
