package dev.herald.mqtt.codec;

import dev.herald.core.route.MessageProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A CONNECT packet (MQTT 5.0 section 3.1).
 *
 * @param version the protocol level, 4 (3.1.1) or 5
 * @param clientId the client identifier, may be empty
 * @param cleanStart whether a session that exists is to be discarded
 * @param keepAliveSeconds 0 for none
 * @param userName or null
 * @param will the message to publish should the connection be lost, or null
 * @param options what only MQTT 5 can say; the defaults for 3.1.1
 */
public record Connect(
    int version,
    String clientId,
    boolean cleanStart,
    int keepAliveSeconds,
    @Nullable String userName,
    @Nullable WillMessage will,
    Options options) {

  /** The session expiry of a session that never expires. */
  public static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

  /**
   * What the client announces.
   *
   * @param sessionExpirySeconds how long the session lives on without a connection; {@link
   *     #NEVER_EXPIRES} for ever
   * @param receiveMaximum how many QoS 1 and 2 messages it takes unacknowledged, 1 to 65,535
   * @param packetBytesMax the largest packet it takes
   * @param topicAliasMaximum how many topic aliases it takes
   * @param problemInformation whether it wants reason strings
   * @param responseInformation whether it wants to be told where it may have responses sent
   * @param authenticationMethod or null
   * @param userProperties name and value alternating, in the order given; empty for none
   */
  public record Options(
      long sessionExpirySeconds,
      int receiveMaximum,
      long packetBytesMax,
      int topicAliasMaximum,
      boolean problemInformation,
      boolean responseInformation,
      @Nullable String authenticationMethod,
      List<String> userProperties) {

    /**
     * Returns whether the client goes to another node when it is told to, in the acknowledgement:
     * the user property {@code redirect} is {@code 1}, and it lets itself be told anything there.
     */
    public boolean wantsRedirects() {
      boolean wants = false;
      for (int i = 0; i + 1 < userProperties.size(); i += 2) {
        wants |= userProperties.get(i).equals("redirect") && userProperties.get(i + 1).equals("1");
      }
      return wants && problemInformation;
    }
  }

  /**
   * A will.
   *
   * @param topic where it is published
   * @param payload its content
   * @param qos 0, 1 or 2
   * @param retain whether it is retained
   * @param delaySeconds how long after the connection was lost
   * @param expirySeconds how long after its publication it expires, or -1
   * @param properties the rest of its properties
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record WillMessage(
      String topic,
      byte[] payload,
      int qos,
      boolean retain,
      long delaySeconds,
      long expirySeconds,
      MessageProperties properties) {}
}
