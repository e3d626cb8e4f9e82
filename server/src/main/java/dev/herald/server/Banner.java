package dev.herald.server;

import dev.herald.server.config.HeraldConfig;
import java.util.Locale;

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
    String http = "http://" + at.nearest() + ":" + at.httpPort();
    String mqtt = mosquittoOptions(at);
    return String.format(
        Locale.ROOT,
        """

        Herald %s is ready in %d ms

          MQTT            %s
          MQTT over WS    %s (path /mqtt)
          HTTP            %s
        %s  console         %s/console/
          data            %s

        Try:
          mosquitto_sub%s -t 'a/+' &
          mosquitto_pub%s -t a/b -m hi
          curl %s/chat/message/create -H 'Content-Type: application/json' \\
            -d '{"appId":"default","groupId":"g","userId":"u","content":"hi"}'

        %s
        """,
        server.version(),
        server.startupMs(),
        at.all(at.mqttPort()),
        at.all(at.wsPort()),
        at.all(at.httpPort()),
        secure(at),
        http,
        server.dataPath(),
        mqtt,
        mqtt,
        http,
        reach(config));
  }

  /** The lines of the TLS ports; none without a certificate. */
  private static String secure(Endpoints at) {
    return at.hasTls()
        ? String.format(
            Locale.ROOT,
            """
              MQTT over TLS   %s
              MQTT over WSS   %s (path /mqtt)
              HTTPS           %s
            """,
            at.all(at.mqttsPort()),
            at.all(at.wssPort()),
            at.all(at.httpsPort()))
        : "";
  }

  /** Host and port where they differ from those that the clients take by themselves. */
  private static String mosquittoOptions(Endpoints at) {
    String host = at.nearest().replace("[", "").replace("]", "");
    return (host.equals("127.0.0.1") ? "" : " -h " + host)
        + (at.mqttPort() == 1883 ? "" : " -p " + at.mqttPort());
  }

  private static String reach(HeraldConfig config) {
    return config.isOpen()
        ? "WARNING: no credentials are configured and insecure.allowOpen is true, so whoever"
            + " reaches these addresses can read and send everything."
        : "No credentials are configured, so it listens on loopback only: this machine reaches it,"
            + " others do not.";
  }
}
