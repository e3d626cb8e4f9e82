package dev.herald.core.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a publisher said about a message and every subscriber is told unchanged (MQTT 5.0 section
 * 3.3.2.3). Immutable; the correlation data must not be written to.
 *
 * @param payloadFormat what the payload is declared to be
 * @param contentType the payload's content type, or null
 * @param responseTopic where a response is wanted, or null
 * @param correlationData the requester's own mark, or null
 * @param userProperties name and value alternating, in the order given; empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy for each message would only cost
public record MessageProperties(
    PayloadFormat payloadFormat,
    @Nullable String contentType,
    @Nullable String responseTopic,
    byte @Nullable [] correlationData,
    List<String> userProperties) {

  /** What a string takes beside its characters. */
  private static final int STRING_BYTES = 40;

  /** No property at all. */
  public static final MessageProperties NONE =
      new MessageProperties(PayloadFormat.NOT_SAID, null, null, null, List.of());

  /** What a publisher declares the payload to be (payload format indicator). */
  public enum PayloadFormat {
    /** Nothing was said. */
    NOT_SAID,
    /** Bytes of any kind, said so: the indicator is 0. */
    BYTES,
    /** UTF-8 text: the indicator is 1. */
    UTF8
  }

  /** Returns whether the payload is declared to be UTF-8 text. */
  public boolean utf8Payload() {
    return payloadFormat == PayloadFormat.UTF8;
  }

  /** Returns about how many bytes of memory the properties take; 0 for none. */
  int weight() {
    int weight = length(contentType) + length(responseTopic);
    if (correlationData != null) {
      weight += correlationData.length;
    }
    for (int i = 0; i < userProperties.size(); i++) {
      weight += STRING_BYTES + userProperties.get(i).length();
    }
    return weight;
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : STRING_BYTES + text.length();
  }

  /** Returns the value of the first user property of a name, or null. */
  public @Nullable String userProperty(String name) {
    for (int i = 0; i + 1 < userProperties.size(); i += 2) {
      if (userProperties.get(i).equals(name)) {
        return userProperties.get(i + 1);
      }
    }
    return null;
  }
}
