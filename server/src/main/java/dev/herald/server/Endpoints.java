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
 * @param mqttsPort MQTT over TLS, 0 without a certificate
 * @param wssPort MQTT over secure WebSocket, 0 without a certificate
 * @param httpsPort HTTPS, 0 without a certificate
 */
record Endpoints(
    List<InetAddress> addresses,
    int mqttPort,
    int wsPort,
    int httpPort,
    int mqttsPort,
    int wssPort,
    int httpsPort) {
  /** Returns whether there are TLS ports. */
  boolean hasTls() {
    return mqttsPort != 0;
  }

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
    String plain = "mqttPort=" + mqttPort + " wsPort=" + wsPort + " httpPort=" + httpPort;
    return hasTls()
        ? plain + " mqttsPort=" + mqttsPort + " wssPort=" + wssPort + " httpsPort=" + httpsPort
        : plain;
  }

  private static String text(InetAddress address) {
    String host = address.getHostAddress();
    return address instanceof Inet6Address
        ? "[" + host.replace("0:0:0:0:0:0:0:", "::") + "]"
        : host;
  }
}
