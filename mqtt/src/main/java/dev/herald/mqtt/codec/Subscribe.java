package dev.herald.mqtt.codec;

import java.util.List;

/**
 * A SUBSCRIBE packet (MQTT 5.0 section 3.8).
 *
 * @param packetId the packet identifier
 * @param identifier the subscription identifier, 0 for none
 * @param userProperties name and value alternating
 * @param requests the filters, at least one
 */
public record Subscribe(
    int packetId, int identifier, List<String> userProperties, List<Request> requests) {

  /** Option bits: at most this quality of service. */
  public static final int QOS = 0x03;

  /** Option bit: not what this client published itself. */
  public static final int NO_LOCAL = 0x04;

  /** Option bit: keep the retain flag as published. */
  public static final int RETAIN_AS_PUBLISHED = 0x08;

  /**
   * Option bits: when retained messages are sent: 0 always, 1 for a new subscription only, 2 never.
   */
  public static final int RETAIN_HANDLING = 0x30;

  /**
   * One filter asked for.
   *
   * @param filter as sent, not checked
   * @param options the option byte, checked
   */
  public record Request(String filter, int options) {}
}
