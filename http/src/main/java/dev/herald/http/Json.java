package dev.herald.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON as this edge writes it: compact, UTF-8. Thread-safe. */
final class Json {
  /** How deep the arrays and objects of a document that is read may be nested. */
  static final int DEPTH_MAX = 64;

  static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
          .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
          .build();

  private Json() {}

  /** Returns the document that {@code body} writes. */
  static byte[] encode(Writer body) {
    try (ByteArrayBuilder out = new ByteArrayBuilder();
        JsonGenerator json = FACTORY.createGenerator(out)) {
      body.write(json);
      json.flush();
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
  }

  /** Writes one value. */
  interface Writer {
    void write(JsonGenerator json) throws IOException;
  }
}
