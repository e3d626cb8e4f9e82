package dev.herald.mqtt.codec;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.herald.mqtt.Proves;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Packets that break the specification, one a line: the rule, the version, the first byte, the
 * reason code, what follows the fixed header.
 */
final class MalformedPacketsTest {
  private static final int MALFORMED = Reason.MALFORMED_PACKET;
  private static final int PROTOCOL = Reason.PROTOCOL_ERROR;
  private static final int TOPIC = Reason.TOPIC_NAME_INVALID;

  private final Decoding decoding = new Decoding();

  @Proves(v5 = "MQTT-2.1.3-1")
  @ParameterizedTest(name = "{0}")
  @MethodSource("firstBytes")
  void firstByte_isRefused(String rule, int version, int firstByte, int reason, byte[] body) {
    check(rule, version, firstByte, reason, body);
  }

  @Proves(
      v5 = {
        "MQTT-3.1.2-3",
        "MQTT-3.1.2-9",
        "MQTT-3.1.2-11",
        "MQTT-3.1.2-12",
        "MQTT-3.1.2-13",
        "MQTT-3.1.2-16",
        "MQTT-3.1.2-17",
        "MQTT-3.1.2-18",
        "MQTT-3.1.2-19",
        "MQTT-3.1.3-1",
        "MQTT-3.1.3-3",
        "MQTT-3.1.3-11",
        "MQTT-3.1.3-12"
      })
  @ParameterizedTest(name = "{0}")
  @MethodSource({"connects", "wills"})
  void connect_isRefused(String rule, int version, int firstByte, int reason, byte[] body) {
    check(rule, version, firstByte, reason, body);
  }

  @Proves(v5 = "MQTT-1.5.5-1")
  @ParameterizedTest(name = "{0}")
  @MethodSource("connectProperties")
  void connectProperty_isRefused(String rule, int version, int firstByte, int reason, byte[] body) {
    check(rule, version, firstByte, reason, body);
  }

  @Proves(v5 = {"MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-3.1.3-4"})
  @ParameterizedTest(name = "{0}")
  @MethodSource("texts")
  void text_isRefused(String rule, int version, int firstByte, int reason, byte[] body) {
    check(rule, version, firstByte, reason, body);
  }

  @Proves(
      v5 = {
        "MQTT-2.2.1-3",
        "MQTT-3.3.1-2",
        "MQTT-3.3.1-4",
        "MQTT-3.3.2-1",
        "MQTT-3.3.2-2",
        "MQTT-4.7.0-1",
        "MQTT-4.7.3-1",
        "MQTT-4.7.3-2"
      })
  @ParameterizedTest(name = "{0}")
  @MethodSource("publishes")
  void publish_isRefused(String rule, int version, int firstByte, int reason, byte[] body) {
    check(rule, version, firstByte, reason, body);
  }

  @Proves(
      v5 = {
        "MQTT-1.5.7-1",
        "MQTT-3.3.2-8",
        "MQTT-3.3.2-13",
        "MQTT-3.3.2-14",
        "MQTT-3.3.2-19",
        "MQTT-3.3.4-6"
      })
  @ParameterizedTest(name = "{0}")
  @MethodSource("publishProperties")
  void publishProperty_isRefused(String rule, int version, int firstByte, int reason, byte[] body) {
    check(rule, version, firstByte, reason, body);
  }

  @Proves(v5 = "MQTT-2.2.1-3")
  @ParameterizedTest(name = "{0}")
  @MethodSource("acks")
  void ack_isRefused(String rule, int version, int firstByte, int reason, byte[] body) {
    check(rule, version, firstByte, reason, body);
  }

  @Proves(v5 = "MQTT-2.2.1-3")
  @ParameterizedTest(name = "{0}")
  @MethodSource("subscribes")
  void subscribe_isRefused(String rule, int version, int firstByte, int reason, byte[] body) {
    check(rule, version, firstByte, reason, body);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("disconnects")
  void disconnect_isRefused(String rule, int version, int firstByte, int reason, byte[] body) {
    check(rule, version, firstByte, reason, body);
  }

  private void check(String rule, int version, int firstByte, int reason, byte[] body) {
    PacketException refusal =
        catchThrowableOfType(PacketException.class, () -> decoding.any(firstByte, version, body));
    assertThat(refusal).as(rule).isNotNull();
    assertThat(Integer.toHexString(refusal.reason()))
        .as("%s: %s", rule, refusal.getMessage())
        .isEqualTo(Integer.toHexString(reason));
  }

  static Stream<Arguments> firstBytes() {
    return Stream.of(
        arguments("type 0 is reserved, table 2-1", 5, 0x00, MALFORMED, bytes()),
        arguments("type 15 is reserved in 3.1.1, table 2.1", 4, 0xF0, MALFORMED, bytes()),
        arguments("AUTH flags [MQTT-3.15.1-1]", 5, 0xF1, MALFORMED, bytes()),
        arguments("CONNECT flags [MQTT-2.1.3-1]", 5, 0x11, MALFORMED, bytes()),
        arguments("PUBACK flags [MQTT-2.1.3-1]", 5, 0x42, MALFORMED, bytes(0, 1)),
        arguments("PUBREC flags [MQTT-2.1.3-1]", 5, 0x52, MALFORMED, bytes(0, 1)),
        arguments("PUBREL flags [MQTT-3.6.1-1]", 5, 0x60, MALFORMED, bytes(0, 1)),
        arguments("PUBREL flags of 3.1.1 [MQTT-3.6.1-1]", 4, 0x63, MALFORMED, bytes(0, 1)),
        arguments("PUBCOMP flags [MQTT-2.1.3-1]", 5, 0x78, MALFORMED, bytes(0, 1)),
        arguments(
            "SUBSCRIBE flags [MQTT-3.8.1-1]", 5, 0x80, MALFORMED, bytes(0, 1, 0, 0, 1, "a", 0)),
        arguments("UNSUBSCRIBE flags [MQTT-3.10.1-1]", 4, 0xA3, MALFORMED, bytes(0, 1, 0, 1, "a")),
        arguments("PINGREQ flags [MQTT-2.1.3-1]", 4, 0xC1, MALFORMED, bytes()),
        arguments("PINGREQ has no body", 4, 0xC0, MALFORMED, bytes(0)),
        arguments("DISCONNECT flags [MQTT-3.14.1-1]", 5, 0xE1, MALFORMED, bytes()),
        arguments("CONNACK is for clients", 5, 0x20, PROTOCOL, bytes(0, 0, 0)),
        arguments("SUBACK is for clients", 5, 0x90, PROTOCOL, bytes(0, 1, 0, 0)),
        arguments("UNSUBACK is for clients", 4, 0xB0, PROTOCOL, bytes(0, 1)),
        arguments("PINGRESP is for clients", 4, 0xD0, PROTOCOL, bytes()));
  }

  static Stream<Arguments> connects() {
    return Stream.of(
        connect("no protocol name", MALFORMED, bytes()),
        connect("half a length", MALFORMED, bytes(0)),
        connect("no protocol level", MALFORMED, bytes(0, 4, "MQTT")),
        connect("no flags", MALFORMED, bytes(0, 4, "MQTT", 5)),
        connect("half a keep alive", MALFORMED, bytes(0, 4, "MQTT", 4, 2, 0)),
        connect("no client identifier [MQTT-3.1.3-3]", MALFORMED, bytes(0, 4, "MQTT", 4, 2, 0, 0)),
        connect("no properties", MALFORMED, bytes(0, 4, "MQTT", 5, 2, 0, 0)),
        connect4("reserved flag [MQTT-3.1.2-3]", 0x03, bytes(0, 0)),
        connect5("reserved flag [MQTT-3.1.2-3]", MALFORMED, 0x03, bytes(0, 0, 0)),
        connect4("will QoS 3 [MQTT-3.1.2-14]", 0x1E, bytes(0, 0, 0, 1, "w", 0, 0)),
        connect5("will QoS 3 [MQTT-3.1.2-12]", MALFORMED, 0x1E, bytes(0, 0, 0, 0, 0, 1, "w", 0, 0)),
        connect4("will QoS without a will [MQTT-3.1.2-13]", 0x0A, bytes(0, 0)),
        connect5("will QoS without a will [MQTT-3.1.2-11]", MALFORMED, 0x12, bytes(0, 0, 0)),
        connect4("will retain without a will [MQTT-3.1.2-15]", 0x22, bytes(0, 0)),
        connect5("will retain without a will [MQTT-3.1.2-13]", MALFORMED, 0x22, bytes(0, 0, 0)),
        connect4("password without user name [MQTT-3.1.2-22]", 0x42, bytes(0, 0, 0, 0)),
        connect4("bytes behind the last field", 0x02, bytes(0, 0, 0)),
        connect4("a user name nobody announced [MQTT-3.1.2-18]", 0x02, bytes(0, 0, 0, 1, "u")),
        connect4("a user name that is not there [MQTT-3.1.2-19]", 0x82, bytes(0, 0)),
        connect4("a password that is cut short", 0xC2, bytes(0, 0, 0, 1, "u", 0, 2, "p")),
        connect5(
            "a user name nobody announced [MQTT-3.1.2-16]",
            MALFORMED,
            2,
            bytes(0, 0, 0, 0, 1, "u")),
        connect5("a user name that is not there [MQTT-3.1.2-17]", MALFORMED, 0x82, bytes(0, 0, 0)),
        connect5(
            "a user name that is not UTF-8 [MQTT-3.1.3-12]",
            MALFORMED,
            0x82,
            bytes(0, 0, 0, 0, 1, 0xFF)),
        connect5(
            "a password nobody announced [MQTT-3.1.2-18]",
            MALFORMED,
            0x82,
            bytes(0, 0, 0, 0, 1, "u", 0, 1, "p")),
        connect5("a password that is not there [MQTT-3.1.2-19]", MALFORMED, 0x42, bytes(0, 0, 0)),
        connect5("no client identifier [MQTT-3.1.3-3]", MALFORMED, 0x02, bytes(0)));
  }

  static Stream<Arguments> wills() {
    return Stream.of(
        connect5(
            "a will without its properties [MQTT-3.1.2-9]",
            MALFORMED,
            0x06,
            bytes(0, 0, 0, 0, 1, "w", 0, 0)),
        connect5("a will without its topic [MQTT-3.1.2-9]", MALFORMED, 0x06, bytes(0, 0, 0, 0)),
        connect5(
            "a will without its payload [MQTT-3.1.2-9]",
            MALFORMED,
            0x06,
            bytes(0, 0, 0, 0, 0, 1, "w")),
        connect5(
            "a will behind the user name [MQTT-3.1.3-1]",
            MALFORMED,
            0x86,
            bytes(0, 0, 0, 0, 1, "u", 0, 0, 1, "w", 0, 0)),
        connect5(
            "a will topic that is not UTF-8 [MQTT-3.1.3-11]",
            MALFORMED,
            0x06,
            bytes(0, 0, 0, 0, 0, 1, 0xFF, 0, 0)),
        connect4("a will that is not there [MQTT-3.1.2-9]", 0x06, bytes(0, 0)),
        connect4("a will without message", 0x06, bytes(0, 0, 0, 1, "w")),
        connect5(
            "a will topic that is empty [MQTT-4.7.3-1]",
            TOPIC,
            0x06,
            bytes(0, 0, 0, 0, 0, 0, 0, 0)),
        connect5("a will topic with a wildcard", TOPIC, 0x06, bytes(0, 0, 0, 0, 0, 1, "#", 0, 0)),
        connect5("a will's properties cut short", MALFORMED, 0x06, bytes(0, 0, 0, 5, 1, 1)),
        will("will delay twice", PROTOCOL, bytes(10, 0x18, 0, 0, 0, 1, 0x18, 0, 0, 0, 1)),
        will("payload format 2", PROTOCOL, bytes(2, 0x01, 2)),
        will("a will has no topic alias", MALFORMED, bytes(3, 0x23, 0, 1)),
        will("a will has no session expiry", MALFORMED, bytes(5, 0x11, 0, 0, 0, 1)),
        will("response topic with wildcard [MQTT-3.3.2-14]", TOPIC, bytes(4, 0x08, 0, 1, "+")));
  }

  static Stream<Arguments> connectProperties() {
    return Stream.of(
        property("session expiry twice", PROTOCOL, bytes(10, 0x11, 0, 0, 0, 1, 0x11, 0, 0, 0, 1)),
        property("receive maximum twice", PROTOCOL, bytes(6, 0x21, 0, 1, 0x21, 0, 1)),
        property("receive maximum 0", PROTOCOL, bytes(3, 0x21, 0, 0)),
        property(
            "maximum packet size twice", PROTOCOL, bytes(10, 0x27, 0, 0, 1, 0, 0x27, 0, 0, 1, 0)),
        property("maximum packet size 0", PROTOCOL, bytes(5, 0x27, 0, 0, 0, 0)),
        property("topic alias maximum twice", PROTOCOL, bytes(6, 0x22, 0, 1, 0x22, 0, 1)),
        property("request response information twice", PROTOCOL, bytes(4, 0x19, 1, 0x19, 1)),
        property("request response information 2", PROTOCOL, bytes(2, 0x19, 2)),
        property("request problem information twice", PROTOCOL, bytes(4, 0x17, 1, 0x17, 0)),
        property("request problem information 2", PROTOCOL, bytes(2, 0x17, 2)),
        property(
            "authentication method twice", PROTOCOL, bytes(8, 0x15, 0, 1, "m", 0x15, 0, 1, "m")),
        property("authentication data twice", PROTOCOL, bytes(6, 0x16, 0, 0, 0x16, 0, 0)),
        property("authentication data without method", PROTOCOL, bytes(4, 0x16, 0, 1, 1)),
        property("a property of the server: assigned id", MALFORMED, bytes(4, 0x12, 0, 1, "i")),
        property("a property of the server: maximum QoS", MALFORMED, bytes(2, 0x24, 1)),
        property("a property of PUBLISH: message expiry", MALFORMED, bytes(5, 0x02, 0, 0, 0, 1)),
        property("a property of the will: will delay", MALFORMED, bytes(5, 0x18, 0, 0, 0, 1)),
        property("a property of SUBSCRIBE: identifier", MALFORMED, bytes(2, 0x0B, 1)),
        property("a property of acknowledgements", MALFORMED, bytes(4, 0x1F, 0, 1, "r")),
        property("property 0", MALFORMED, bytes(2, 0x00, 0)),
        property("property 0x2B, the first beyond the table", MALFORMED, bytes(2, 0x2B, 0)),
        property("property 0x7F", MALFORMED, bytes(2, 0x7F, 0)),
        property("property 0x80, two bytes", MALFORMED, bytes(3, 0x80, 0x01, 0)),
        property("property 0x40 more: 0x51 is not 0x11", MALFORMED, bytes(5, 0x51, 0, 0, 0, 1)),
        property(
            "an identifier of two bytes for one [MQTT-1.5.5-1]",
            MALFORMED,
            bytes(3, 0x97, 0x00, 1)),
        property("a length of two bytes for one [MQTT-1.5.5-1]", MALFORMED, bytes(0x80, 0x00)),
        property(
            "a length of four bytes for one [MQTT-1.5.5-1]",
            MALFORMED,
            bytes(0x82, 0x80, 0x80, 0, 0x17, 1)),
        property("a length of five bytes", MALFORMED, bytes(0x80, 0x80, 0x80, 0x80, 0x01)),
        property("a length beyond the packet", MALFORMED, bytes(0xFF, 0xFF, 0xFF, 0x7F)),
        property("a length that cuts a property", MALFORMED, bytes(3, 0x11, 0, 0, 0, 1)),
        property(
            "a length that cuts a user property", MALFORMED, bytes(4, 0x26, 0, 1, "k", 0, 1, "v")));
  }

  static Stream<Arguments> texts() {
    return Stream.of(
        text("U+0000 [MQTT-1.5.4-2]", bytes(0, 1, 0)),
        text("U+0000 behind others [MQTT-1.5.4-2]", bytes(0, 4, "ab", 0, "c")),
        text("U+0000 behind two bytes [MQTT-1.5.4-2]", bytes(0, 3, 0xC3, 0xA9, 0)),
        text("U+0000 as two bytes (overlong)", bytes(0, 2, 0xC0, 0x80)),
        text("'/' as two bytes (overlong)", bytes(0, 2, 0xC0, 0xAF)),
        text("'/' as three bytes (overlong)", bytes(0, 3, 0xE0, 0x80, 0xAF)),
        text("'/' as four bytes (overlong)", bytes(0, 4, 0xF0, 0x80, 0x80, 0xAF)),
        text("U+D800, a surrogate [MQTT-1.5.4-1]", bytes(0, 3, 0xED, 0xA0, 0x80)),
        text("U+DFFF, a surrogate [MQTT-1.5.4-1]", bytes(0, 3, 0xED, 0xBF, 0xBF)),
        text(
            "a pair of surrogates [MQTT-1.5.4-1]", bytes(0, 6, 0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80)),
        text("beyond U+10FFFF", bytes(0, 4, 0xF4, 0x90, 0x80, 0x80)),
        text("five bytes", bytes(0, 5, 0xF8, 0x88, 0x80, 0x80, 0x80)),
        text("a lone continuation byte", bytes(0, 1, 0x80)),
        text("two bytes, the second missing", bytes(0, 1, 0xC3)),
        text("three bytes, the third missing", bytes(0, 2, 0xE2, 0x82)),
        text("four bytes, the fourth missing", bytes(0, 3, 0xF0, 0x9F, 0x98)),
        text("0xFF", bytes(0, 1, 0xFF)),
        text("0xFE", bytes(0, 2, "a", 0xFE)),
        text("fewer bytes than told", bytes(0, 5, "abcd")),
        text("a length of one byte", bytes(0)));
  }

  static Stream<Arguments> publishes() {
    return Stream.of(
        publish("QoS 3 [MQTT-3.3.1-4]", 4, 0x36, MALFORMED, bytes(0, 1, "a", 0, 1)),
        publish("QoS 3 [MQTT-3.3.1-4]", 5, 0x3F, MALFORMED, bytes(0, 1, "a", 0, 1, 0)),
        publish("DUP at QoS 0 [MQTT-3.3.1-2]", 4, 0x38, MALFORMED, bytes(0, 1, "a")),
        publish("DUP at QoS 0 [MQTT-3.3.1-2]", 5, 0x39, MALFORMED, bytes(0, 1, "a", 0)),
        publish("packet identifier 0 [MQTT-2.3.1-1]", 4, 0x32, PROTOCOL, bytes(0, 1, "a", 0, 0)),
        publish("packet identifier 0 [MQTT-2.2.1-3]", 5, 0x34, PROTOCOL, bytes(0, 1, "a", 0, 0, 0)),
        publish("no packet identifier", 4, 0x32, MALFORMED, bytes(0, 1, "a")),
        publish("half a packet identifier", 5, 0x32, MALFORMED, bytes(0, 1, "a", 1)),
        publish("no body", 4, 0x30, MALFORMED, bytes()),
        publish("topic cut short", 5, 0x30, MALFORMED, bytes(0, 4, "a/b")),
        publish("no properties", 5, 0x30, MALFORMED, bytes(0, 1, "a")),
        publish("empty topic [MQTT-4.7.3-1]", 4, 0x30, MALFORMED, bytes(0, 0, "p")),
        publish("neither topic nor alias", 5, 0x30, PROTOCOL, bytes(0, 0, 0, "p")),
        publish("'#' in the topic [MQTT-3.3.2-2]", 4, 0x30, TOPIC, bytes(0, 3, "a/#")),
        publish("'+' in the topic [MQTT-3.3.2-2]", 5, 0x30, TOPIC, bytes(0, 3, "+/b", 0)),
        publish("'#' in a level [MQTT-3.3.2-2]", 5, 0x30, TOPIC, bytes(0, 3, "ab#", 0)),
        publish("U+0000 in the topic [MQTT-1.5.4-2]", 4, 0x30, MALFORMED, bytes(0, 2, "a", 0)),
        publish("a surrogate in the topic", 5, 0x30, MALFORMED, bytes(0, 3, 0xED, 0xA0, 0x80, 0)),
        publish(
            "overlong in a long topic",
            4,
            0x30,
            MALFORMED,
            bytes(1, 4, "a".repeat(258), 0xC0, 0xAF)));
  }

  static Stream<Arguments> publishProperties() {
    return Stream.of(
        property3("topic alias 0 [MQTT-3.3.2-8]", Reason.TOPIC_ALIAS_INVALID, bytes(3, 0x23, 0, 0)),
        property3("topic alias twice", PROTOCOL, bytes(6, 0x23, 0, 1, 0x23, 0, 1)),
        property3("payload format twice", PROTOCOL, bytes(4, 0x01, 1, 0x01, 1)),
        property3("payload format 2", PROTOCOL, bytes(2, 0x01, 2)),
        property3("a length that cuts the payload format", MALFORMED, bytes(1, 0x01, 2)),
        property3("message expiry twice", PROTOCOL, bytes(10, 0x02, 0, 0, 0, 1, 0x02, 0, 0, 0, 1)),
        property3("content type twice", PROTOCOL, bytes(6, 0x03, 0, 0, 0x03, 0, 0)),
        property3("response topic twice", PROTOCOL, bytes(8, 0x08, 0, 1, "r", 0x08, 0, 1, "r")),
        property3("response topic with '#' [MQTT-3.3.2-14]", TOPIC, bytes(4, 0x08, 0, 1, "#")),
        property3("response topic empty [MQTT-4.7.3-1]", TOPIC, bytes(3, 0x08, 0, 0)),
        property3("correlation data twice", PROTOCOL, bytes(6, 0x09, 0, 0, 0x09, 0, 0)),
        property3("subscription identifier [MQTT-3.3.4-6]", PROTOCOL, bytes(2, 0x0B, 1)),
        property3("a property of CONNECT", MALFORMED, bytes(5, 0x11, 0, 0, 0, 1)),
        property3("a user property without value", MALFORMED, bytes(4, 0x26, 0, 1, "k")),
        property3("content type that is not UTF-8", MALFORMED, bytes(4, 0x03, 0, 1, 0xFF)),
        property3("user property with U+0000", MALFORMED, bytes(6, 0x26, 0, 1, 0, 0, 0)),
        property3(
            "user property with U+0000 in its value", MALFORMED, bytes(6, 0x26, 0, 0, 0, 1, 0)),
        property3("user property, name not UTF-8", MALFORMED, bytes(6, 0x26, 0, 1, 0xFF, 0, 0)),
        property3("user property, value not UTF-8", MALFORMED, bytes(6, 0x26, 0, 0, 0, 1, 0xFF)),
        property3("response topic that is not UTF-8", MALFORMED, bytes(4, 0x08, 0, 1, 0xFF)),
        property3("response topic with '+' in it", TOPIC, bytes(6, 0x08, 0, 3, "a/+")),
        property3("correlation data cut short", MALFORMED, bytes(4, 0x09, 0, 9, 1)));
  }

  static Stream<Arguments> acks() {
    return Stream.of(0x40, 0x50, 0x62, 0x70)
        .flatMap(type ->
            Stream.of(
                arguments("no identifier", 4, type, MALFORMED, bytes()),
                arguments("half an identifier", 5, type, MALFORMED, bytes(1)),
                arguments("identifier 0 [MQTT-2.3.1-1]", 4, type, PROTOCOL, bytes(0, 0)),
                arguments("identifier 0 [MQTT-2.2.1-3]", 5, type, PROTOCOL, bytes(0, 0, 0)),
                arguments("3.1.1 has no reason", 4, type, MALFORMED, bytes(0, 1, 0)),
                arguments("bytes behind", 5, type, MALFORMED, bytes(0, 1, 0, 0, 0)),
                arguments(
                    "reason string twice",
                    5,
                    type,
                    PROTOCOL,
                    bytes(0, 1, 0, 6, 0x1F, 0, 0, 0x1F, 0, 0)),
                arguments("foreign property", 5, type, MALFORMED, bytes(0, 1, 0, 2, 0x01, 1))));
  }

  static Stream<Arguments> subscribes() {
    return Stream.of(
        subscribe("no filter [MQTT-3.8.3-3]", 4, PROTOCOL, bytes(0, 1)),
        subscribe("no filter [MQTT-3.8.3-2]", 5, PROTOCOL, bytes(0, 1, 0)),
        subscribe("identifier 0 [MQTT-2.3.1-1]", 4, PROTOCOL, bytes(0, 0, 0, 1, "a", 0)),
        subscribe("identifier 0 [MQTT-2.2.1-3]", 5, PROTOCOL, bytes(0, 0, 0, 0, 1, "a", 0)),
        subscribe("no options", 4, MALFORMED, bytes(0, 1, 0, 1, "a")),
        subscribe("QoS 3 [MQTT-3-8.3-4]", 4, MALFORMED, bytes(0, 1, 0, 1, "a", 3)),
        subscribe("QoS 3", 5, MALFORMED, bytes(0, 1, 0, 0, 1, "a", 3)),
        subscribe("reserved bit [MQTT-3-8.3-4]", 4, MALFORMED, bytes(0, 1, 0, 1, "a", 4)),
        subscribe("reserved bit 6 [MQTT-3.8.3-5]", 5, MALFORMED, bytes(0, 1, 0, 0, 1, "a", 0x40)),
        subscribe("reserved bit 7 [MQTT-3.8.3-5]", 5, MALFORMED, bytes(0, 1, 0, 0, 1, "a", 0x80)),
        subscribe("retain handling 3", 5, PROTOCOL, bytes(0, 1, 0, 0, 1, "a", 0x30)),
        subscribe(
            "no local on a shared one [MQTT-3.8.3-4]",
            5,
            PROTOCOL,
            bytes(0, 1, 0, 0, 10, "$share/g/a", 4)),
        subscribe("identifier property 0", 5, PROTOCOL, bytes(0, 1, 2, 0x0B, 0, 0, 1, "a", 0)),
        subscribe(
            "identifier property twice",
            5,
            PROTOCOL,
            bytes(0, 1, 4, 0x0B, 1, 0x0B, 2, 0, 1, "a", 0)),
        subscribe(
            "identifier property of five bytes",
            5,
            MALFORMED,
            bytes(0, 1, 6, 0x0B, 0x80, 0x80, 0x80, 0x80, 1, 0, 1, "a", 0)),
        subscribe("foreign property", 5, MALFORMED, bytes(0, 1, 4, 0x1F, 0, 1, "r", 0, 1, "a", 0)),
        subscribe("filter not UTF-8", 5, MALFORMED, bytes(0, 1, 0, 0, 1, 0xFF, 0)),
        unsubscribe("no filter [MQTT-3.10.3-2]", 4, PROTOCOL, bytes(0, 1)),
        unsubscribe("no filter [MQTT-3.10.3-2]", 5, PROTOCOL, bytes(0, 1, 0)),
        unsubscribe("identifier 0 [MQTT-2.2.1-3]", 5, PROTOCOL, bytes(0, 0, 0, 0, 1, "a")),
        unsubscribe("filter cut short", 4, MALFORMED, bytes(0, 1, 0, 2, "a")),
        unsubscribe("a property of SUBSCRIBE", 5, MALFORMED, bytes(0, 1, 2, 0x0B, 1, 0, 1, "a")));
  }

  static Stream<Arguments> disconnects() {
    return Stream.of(
        arguments("3.1.1 has no body", 4, 0xE0, MALFORMED, bytes(0)),
        arguments("bytes behind", 5, 0xE0, MALFORMED, bytes(0, 0, 0)),
        arguments(
            "session expiry twice",
            5,
            0xE0,
            PROTOCOL,
            bytes(0, 10, 0x11, 0, 0, 0, 1, 0x11, 0, 0, 0, 1)),
        arguments("foreign property", 5, 0xE0, MALFORMED, bytes(0, 3, 0x21, 0, 1)),
        arguments("server reference is the server's", 5, 0xE0, MALFORMED, bytes(0, 3, 0x1C, 0, 0)));
  }

  private static Arguments connect(String rule, int reason, byte[] body) {
    return arguments("CONNECT: " + rule, 0, 0x10, reason, body);
  }

  /** A CONNECT of 3.1.1 with flags and what follows the keep-alive. */
  private static Arguments connect4(String rule, int flags, byte[] rest) {
    return connect("3.1.1: " + rule, MALFORMED, bytes(0, 4, "MQTT", 4, flags, 0, 0, rest));
  }

  /** A CONNECT of 5.0 with flags and what follows the keep-alive: properties and payload. */
  private static Arguments connect5(String rule, int reason, int flags, byte[] rest) {
    return connect(rule, reason, bytes(0, 4, "MQTT", 5, flags, 0, 0, rest));
  }

  private static Arguments will(String rule, int reason, byte[] properties) {
    return connect5(rule, reason, 0x06, bytes(0, 0, 0, properties, 0, 1, "w", 0, 0));
  }

  private static Arguments property(String rule, int reason, byte[] properties) {
    return connect5(rule, reason, 0x02, bytes(properties, 0, 1, "c"));
  }

  /** A client identifier as sent. */
  private static Arguments text(String rule, byte[] field) {
    return connect("text: " + rule, MALFORMED, bytes(0, 4, "MQTT", 4, 2, 0, 0, field));
  }

  private static Arguments publish(
      String rule, int version, int firstByte, int reason, byte[] body) {
    return arguments("PUBLISH: " + rule, version, firstByte, reason, body);
  }

  private static Arguments property3(String rule, int reason, byte[] properties) {
    return publish(rule, 5, 0x30, reason, bytes(0, 1, "a", properties));
  }

  private static Arguments subscribe(String rule, int version, int reason, byte[] body) {
    return arguments("SUBSCRIBE: " + rule, version, 0x82, reason, body);
  }

  private static Arguments unsubscribe(String rule, int version, int reason, byte[] body) {
    return arguments("UNSUBSCRIBE: " + rule, version, 0xA2, reason, body);
  }
}
