package dev.herald.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a running server listens: the addresses, and the ports really bound.
 *
 * @param addresses the addresses of every listener, at least one
 * @param mqttPort MQTT over TCP
 * @param wsPort MQTT over WebSocket
 * @param httpPort HTTP
 */
record Endpoints(List<InetAddress> addresses, int mqttPort, int wsPort, int httpPort) {
  /** All addresses with one port: {@code 127.0.0.1:1883 and [::1]:1883}. */
  String all(int port) {
    return addresses.stream().map(a -> text(a) + ":" + port).collect(Collectors.joining(" and "));
  }

  /** The first address as a client on this machine names it: {@code 127.0.0.1}, {@code [::1]}. */
  String nearest() {
    InetAddress first = addresses.getFirst();
    return first.isAnyLocalAddress() ? "127.0.0.1" : text(first);
  }

  /** The ports as a log line has them. */
  String keyValues() {
    return "mqttPort=" + mqttPort + " wsPort=" + wsPort + " httpPort=" + httpPort;
  }

  private static String text(InetAddress address) {
    String host = address.getHostAddress();
    return address instanceof Inet6Address
        ? "[" + host.replace("0:0:0:0:0:0:0:", "::") + "]"
        : host;
  }
}
