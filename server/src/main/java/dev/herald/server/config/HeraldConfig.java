package dev.herald.server.config;

import dev.herald.core.chat.ChatSettings;
import dev.herald.core.client.NotificationSettings;
import dev.herald.core.config.Setting;
import dev.herald.core.config.SettingTree;
import dev.herald.core.consumer.ConsumerSettings;
import dev.herald.core.group.GroupSettings;
import dev.herald.core.group.LedgerSettings;
import dev.herald.core.group.RetentionSettings;
import dev.herald.core.presence.PresenceSettings;
import dev.herald.core.relay.RelaySettings;
import dev.herald.core.tls.TlsSettings;
import dev.herald.core.web.Origins;
import dev.herald.http.HttpSettings;
import dev.herald.mqtt.MqttSettings;
import dev.herald.mqtt.WsSettings;
import dev.herald.sql.StoreSettings;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * The whole configuration of one server. Immutable.
 *
 * @param data the data directory, relative to the working directory
 * @param bind the IP addresses that every listener binds to
 * @param originsAllowed the origins of web pages that may use the server
 * @param mqtt MQTT over TCP
 * @param ws MQTT over WebSocket
 * @param tls the same with TLS
 * @param http the HTTP API, gateways and the console
 * @param groups group conversations
 * @param chats chats
 * @param ledger what is remembered of the way of messages
 * @param retention how much of the history of groups is kept
 * @param notifications pushes to clients
 * @param presence who is online
 * @param store the embedded database
 * @param relay what is remembered over a restart
 * @param log what is logged
 * @param insecure what has to be allowed in so many words
 */
public record HeraldConfig(
    @Setting(
            doc =
                "The directory that holds everything the server keeps, made if it is missing. A"
                    + " relative path starts at the working directory. Only one server at a time"
                    + " can use it.",
            def = "./data")
        Path data,
    @Setting(
            doc =
                "The IP addresses that every listener binds to. Without credentials configured,"
                    + " others than loopback are refused unless insecure.allowOpen is true. An IPv6"
                    + " loopback that the machine lacks is left out if there is another address.",
            def = "127.0.0.1,::1")
        List<String> bind,
    @Setting(
            doc =
                "Web origins, such as https://chat.example.com, whose pages may use this server"
                    + " over HTTP and WebSocket, and whose host names requests may be sent to."
                    + " Pages of the local machine always may. While the server listens on loopback"
                    + " only, requests sent to any other host name are refused with HTTP status"
                    + " 403.",
            def = "")
        List<String> originsAllowed,
    @Setting(doc = "MQTT over TCP, and the sessions of all MQTT clients.") MqttSettings mqtt,
    @Setting(doc = "MQTT over WebSocket, at the path /mqtt.") WsSettings ws,
    @Setting(
            doc =
                "TLS: MQTT, MQTT over WebSocket and HTTP, each on a port of its own beside the"
                    + " plain one, version 1.2 or 1.3, on the addresses of bind.")
        TlsSettings tls,
    @Setting(doc = "The HTTP API, the gateways' WebSocket and the console.") HttpSettings http,
    @Setting(
            doc =
                "Consumer groups: the members of shared subscriptions, and when a message counts as"
                    + " consumed.")
        ConsumerSettings consumers,
    @Setting(doc = "Group conversations.") GroupSettings groups,
    @Setting(doc = "Chats, which are in memory only.") ChatSettings chats,
    @Setting(doc = "What is remembered of the way that recent group messages took.")
        LedgerSettings ledger,
    @Setting(doc = "How much of the history of groups is kept.") RetentionSettings retention,
    @Setting(doc = "Notifications to the clients of an app, for each app.")
        NotificationSettings notifications,
    @Setting(doc = "Who is online.") PresenceSettings presence,
    @Setting(doc = "The embedded database, in the data directory.") StoreSettings store,
    @Setting(doc = "Retained messages and sessions over a restart, in the data directory.")
        RelaySettings relay,
    @Setting(doc = "The log, on standard error.") LogSettings log,
    @Setting(doc = "What is dangerous and has to be allowed in so many words.")
        InsecureSettings insecure) {

  /** The tree of all keys. */
  public static final SettingTree<HeraldConfig> TREE = SettingTree.of(HeraldConfig.class);

  /**
   * Checks what single values cannot say.
   *
   * @throws IllegalArgumentException if no address, or a text that is none, or no origin is given,
   *     or an address that others can reach without their being allowed in
   */
  public HeraldConfig {
    bind = List.copyOf(bind);
    originsAllowed = List.copyOf(originsAllowed);
    for (String origin : originsAllowed) {
      if (!Origins.isOrigin(origin)) {
        throw new IllegalArgumentException(
            "originsAllowed must be origins such as https://chat.example.com, not " + origin);
      }
    }
    if (bind.isEmpty()) {
      throw new IllegalArgumentException("bind needs at least one IP address");
    }
    for (String text : bind) {
      InetAddress address = address(text);
      if (!address.isLoopbackAddress() && !insecure.allowOpen()) {
        throw new IllegalArgumentException(
            "bind has "
                + text
                + ", which other machines can reach, and no credentials are configured: anybody"
                + " could read and send everything. Bind to 127.0.0.1 or ::1, or accept it with"
                + " insecure.allowOpen=true");
      }
    }
  }

  /** The addresses of {@link #bind}, in their order. */
  public List<InetAddress> bindAddresses() {
    return bind.stream().map(HeraldConfig::address).toList();
  }

  /** Which web pages may use the server. */
  public Origins origins() {
    return new Origins(originsAllowed, isOpen());
  }

  /** Whether any address can be reached from other machines. */
  public boolean isOpen() {
    return !bindAddresses().stream().allMatch(InetAddress::isLoopbackAddress);
  }

  private static InetAddress address(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "bind has '" + text + "', which is not an IP address such as 127.0.0.1 or ::1", e);
    }
  }
}
