package dev.herald.core.route;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to subscribers. Immutable but for the cache of its encoded forms, which
 * makes each wire form once however many subscribers take it. The payload must not be written to.
 * Thread-safe.
 */
public final class Message {
  /** The expiry of a message that does not expire. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final int FORMS_MAX = 8;
  private static final AtomicInteger FORMS = new AtomicInteger();

  private final String topic;
  private final byte[] payload;
  private final int qos;
  private final boolean retain;
  private final MessageProperties properties;
  private final long expiresAtMs;
  private final @Nullable Object origin;
  private final int weight;
  private volatile @Nullable AtomicReferenceArray<@Nullable Object> encoded;

  /**
   * Makes a message.
   *
   * @param topic a valid topic name
   * @param payload its content, not written to from now on
   * @param qos the publisher's quality of service, 0, 1 or 2
   * @param retain whether the publisher asked to retain it
   * @param properties what the publisher said about it
   * @param expiresAtMs when it expires, milliseconds since 1970, or {@link #NEVER}
   * @param origin what it comes from: the client identifier of the client that published it, a
   *     String; the event, or the pruned ones, it tells; or null. It lives as long as the message,
   *     so it must hold on to nothing else
   */
  public Message(
      String topic,
      byte[] payload,
      int qos,
      boolean retain,
      MessageProperties properties,
      long expiresAtMs,
      @Nullable Object origin) {
    this.topic = topic;
    this.payload = payload;
    this.qos = qos;
    this.retain = retain;
    this.properties = properties;
    this.expiresAtMs = expiresAtMs;
    this.origin = origin;
    this.weight = 96 + topic.length() + payload.length + properties.weight();
  }

  /** Returns the topic name. */
  public String topic() {
    return topic;
  }

  /** Returns the content; not to be written to. */
  public byte[] payload() {
    return payload;
  }

  /** Returns the publisher's quality of service, 0, 1 or 2. */
  public int qos() {
    return qos;
  }

  /** Returns whether the publisher asked to retain it. */
  public boolean retain() {
    return retain;
  }

  /** Returns what the publisher said about it. */
  public MessageProperties properties() {
    return properties;
  }

  /** Returns when it expires, milliseconds since 1970, or {@link #NEVER}. */
  public long expiresAtMs() {
    return expiresAtMs;
  }

  /** Returns what it comes from: a client identifier, the event it tells, or null. */
  public @Nullable Object origin() {
    return origin;
  }

  /**
   * Returns about how many bytes of memory it takes while it waits in a queue, properties included.
   */
  public int weight() {
    return weight;
  }

  /**
   * Returns this message in a wire form, made at the first call and shared from then on. Two
   * threads that ask at the same moment may both make it; they get equal values.
   */
  public <T> T encoded(Form<T> form) {
    AtomicReferenceArray<@Nullable Object> forms = encoded;
    if (forms == null) {
      forms = new AtomicReferenceArray<>(FORMS_MAX);
      encoded = forms;
    }
    Object made = forms.get(form.index);
    if (made == null) {
      made = form.encoder.apply(this);
      forms.set(form.index, made);
    }
    return form.type.cast(made);
  }

  /**
   * A wire form of an edge. Made once, as a constant; there may be {@value #FORMS_MAX} in a
   * process.
   */
  public static final class Form<T> {
    private final int index;
    private final Class<T> type;
    private final Function<Message, T> encoder;

    /**
     * Registers a wire form.
     *
     * @param type the class of the encoded value
     * @param encoder makes the value; the value is shared between threads and must not change
     */
    public Form(Class<T> type, Function<Message, T> encoder) {
      this.index = FORMS.getAndIncrement();
      if (index >= FORMS_MAX) {
        throw new IllegalStateException("more than " + FORMS_MAX + " wire forms");
      }
      this.type = type;
      this.encoder = encoder;
    }
  }
}
