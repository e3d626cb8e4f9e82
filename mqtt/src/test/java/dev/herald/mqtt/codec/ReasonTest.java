package dev.herald.mqtt.codec;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.herald.mqtt.Proves;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which reason code a packet may have: of all 256, for each packet of a client that has one. */
final class ReasonTest {
  private final Decoding decoding = new Decoding();

  @ParameterizedTest
  @ValueSource(ints = {0x40, 0x50})
  @Proves(v5 = {"MQTT-3.4.2-1", "MQTT-3.5.2-1"})
  void puback_pubrec(int firstByte) {
    assertThat(taken(firstByte, bytes(0, 1)))
        .containsExactly(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x62, 0x70})
  @Proves(v5 = {"MQTT-3.6.2-1", "MQTT-3.7.2-1"})
  void pubrel_pubcomp(int firstByte) {
    assertThat(taken(firstByte, bytes(0, 1))).containsExactly(0x00, 0x92);
  }

  @Test
  @Proves(v5 = "MQTT-3.14.2-1")
  void disconnect() {
    assertThat(taken(0xE0, bytes()))
        .containsExactly(
            0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99);
  }

  /** Returns the codes with which a packet is taken; with every other it is a protocol error. */
  private List<Integer> taken(int firstByte, byte[] before) {
    List<Integer> taken = new ArrayList<>();
    for (int code = 0; code <= 255; code++) {
      byte[] body = bytes(before, code);
      PacketException refusal =
          catchThrowableOfType(PacketException.class, () -> decoding.any(firstByte, 5, body));
      if (refusal == null) {
        taken.add(code);
      } else {
        assertThat(refusal.reason()).isEqualTo(Reason.PROTOCOL_ERROR);
      }
    }
    return taken;
  }
}
