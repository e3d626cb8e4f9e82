package dev.herald.mqtt.codec;

import static dev.herald.mqtt.codec.Bytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class Utf8Test {
  @Test
  void isWellFormed_boundsOfEveryWidth() {
    String text = "\0a\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\ud800\udc00\udbff\udfff";
    assertThat(Utf8.isWellFormed(text.getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(Utf8.isWellFormed(bytes())).isTrue();
  }

  @Test
  void isWellFormed_everyPairOfBytesAsTheJdkHasIt() {
    for (int pair = 0; pair < 0x1_0000; pair++) {
      byte[] two = bytes(pair >> 8, pair & 0xFF);
      assertThat(Utf8.isWellFormed(two)).as(Integer.toHexString(pair)).isEqualTo(decodes(two));
      byte[] four = bytes(pair >> 8, pair & 0xFF, 0x80, 0x80);
      assertThat(Utf8.isWellFormed(four)).as(Integer.toHexString(pair)).isEqualTo(decodes(four));
    }
  }

  @Property
  void isWellFormed_anyBytesAsTheJdkHasIt(@ForAll("bytes") byte[] some) {
    assertThat(Utf8.isWellFormed(some)).isEqualTo(decodes(some));
  }

  /** Bytes that often make sequences. */
  @Provide("bytes")
  Arbitrary<byte[]> someBytes() {
    return Arbitraries.oneOf(
            Arbitraries.bytes(),
            Arbitraries.of(0x41, 0x80, 0x90, 0x9F, 0xA0, 0xBF, 0xC2, 0xE0, 0xED, 0xF0, 0xF4)
                .map(Integer::byteValue))
        .array(byte[].class)
        .ofMaxSize(8);
  }

  private static boolean decodes(byte[] some) {
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(some));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
