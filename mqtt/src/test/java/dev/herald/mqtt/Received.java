package dev.herald.mqtt;

import dev.herald.mqtt.codec.PacketReader;
import dev.herald.mqtt.codec.PacketType;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A packet from the server, taken apart.
 *
 * @param type its type
 * @param flags the low four bits of its first byte
 * @param id the packet identifier, or 0
 * @param codes return and reason codes; of CONNACK: session present and the code
 * @param topic of PUBLISH, else empty
 * @param properties values by identifier, in order; user properties as name=value
 * @param payload of PUBLISH, else empty
 * @param size the whole packet's size in bytes
 */
record Received(
    int type,
    int flags,
    int id,
    List<Integer> codes,
    String topic,
    Map<Integer, List<Object>> properties,
    String payload,
    int size) {

  static Received read(int version, int firstByte, byte[] body, int size) {
    PacketReader in = new PacketReader();
    in.start(Unpooled.wrappedBuffer(body), body.length);
    int type = firstByte >> 4;
    int flags = firstByte & 15;
    return switch (type) {
      case PacketType.PUBLISH -> {
        String topic = in.utf8();
        int id = (flags & 6) == 0 ? 0 : in.u16();
        Map<Integer, List<Object>> properties = properties(version, in);
        String payload = new String(in.rest(), StandardCharsets.UTF_8);
        yield new Received(type, flags, id, List.of(), topic, properties, payload, size);
      }
      case PacketType.CONNACK -> {
        List<Integer> codes = List.of(in.u8(), in.u8());
        yield new Received(type, flags, 0, codes, "", properties(version, in), "", size);
      }
      case PacketType.SUBACK, PacketType.UNSUBACK -> {
        int id = in.u16();
        Map<Integer, List<Object>> properties = properties(version, in);
        List<Integer> codes = new ArrayList<>();
        while (in.remaining() > 0) {
          codes.add(in.u8());
        }
        yield new Received(type, flags, id, codes, "", properties, "", size);
      }
      default -> {
        boolean hasId = type >= PacketType.PUBACK && type <= PacketType.PUBCOMP;
        int id = hasId ? in.u16() : 0;
        int code = in.remaining() > 0 ? in.u8() : 0;
        Map<Integer, List<Object>> properties =
            in.remaining() > 0 ? properties(version, in) : Map.of();
        in.expectEnd();
        yield new Received(type, flags, id, List.of(code), "", properties, "", size);
      }
    };
  }

  private static Map<Integer, List<Object>> properties(int version, PacketReader in) {
    Map<Integer, List<Object>> properties = new LinkedHashMap<>();
    if (version >= 5) {
      int length = in.varint();
      int end = in.remaining() - length;
      while (in.remaining() > end) {
        int id = in.u8();
        properties.computeIfAbsent(id, key -> new ArrayList<>()).add(value(id, in));
      }
    }
    return properties;
  }

  private static Object value(int id, PacketReader in) {
    return switch (id) {
      case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A -> in.u8();
      case 0x13, 0x21, 0x22, 0x23 -> in.u16();
      case 0x02, 0x11, 0x18, 0x27 -> in.u32();
      case 0x0B -> in.varint();
      case 0x09, 0x16 -> new String(in.binary(), StandardCharsets.UTF_8);
      case 0x26 -> in.utf8() + "=" + in.utf8();
      default -> in.utf8();
    };
  }

  int code() {
    return codes.getLast();
  }

  int qos() {
    return (flags >> 1) & 3;
  }

  boolean retained() {
    return (flags & 1) != 0;
  }

  boolean duplicate() {
    return (flags & 8) != 0;
  }

  boolean sessionPresent() {
    return codes.getFirst() == 1;
  }

  /** Returns the values of a property, none if it is not there. */
  List<Object> property(int id) {
    return properties.getOrDefault(id, List.of());
  }

  boolean hasReasonString() {
    return properties.containsKey(0x1F);
  }
}
