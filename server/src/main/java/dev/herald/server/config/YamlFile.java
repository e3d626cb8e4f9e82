package dev.herald.server.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one YAML file into the values it gives, each with its line. For one thread, once. */
final class YamlFile {
  private final Path file;
  private final List<GivenValue> values = new ArrayList<>();
  private final List<ConfigProblem> problems = new ArrayList<>();
  private final Map<String, String> origins = new HashMap<>();

  YamlFile(Path file) {
    this.file = file;
  }

  /** Reads the file; what it gives is in {@link #values}, what is wrong in {@link #problems}. */
  void read() {
    try (YAMLParser parser = new YAMLFactory().createParser(Files.readString(file))) {
      JsonToken first = parser.nextToken();
      if (first == JsonToken.START_OBJECT) {
        section(parser, "");
        if (parser.nextToken() != null) {
          refuse("", parser, "holds a second document");
        }
      } else if (first != null && first != JsonToken.VALUE_NULL) {
        refuse("", parser, "must hold keys and values, such as mqtt.port: 1883");
      }
    } catch (JsonProcessingException e) {
      values.clear(); // what came before the error may have been misread for the same reason
      String reason = e.getOriginalMessage().lines().findFirst().orElse("");
      String at = e.getLocation() == null ? "" : ":" + e.getLocation().getLineNr();
      problems.add(ConfigProblem.of("", file + at, "is not YAML: " + reason));
    } catch (NoSuchFileException e) {
      problems.add(ConfigProblem.of("", file.toString(), "there is no such file"));
    } catch (IOException e) {
      problems.add(ConfigProblem.of("", file.toString(), "cannot be read: " + e.getMessage()));
    }
  }

  List<GivenValue> values() {
    return values;
  }

  List<ConfigProblem> problems() {
    return problems;
  }

  private void section(YAMLParser parser, String prefix) throws IOException {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String path = prefix + parser.currentName();
      value(parser, path, parser.nextToken());
    }
  }

  private void value(YAMLParser parser, String path, JsonToken token) throws IOException {
    if (token == JsonToken.START_OBJECT) {
      section(parser, path + ".");
      return;
    }
    String origin = origin(parser);
    String earlier = origins.put(path, origin);
    if (earlier != null) {
      refuse(path, parser, "is given twice, first at " + earlier);
    }
    if (parser.isCurrentAlias()) {
      refuse(path, parser, "is a YAML alias, which is not supported");
      return;
    }
    List<String> items = token == JsonToken.START_ARRAY ? items(parser, path) : null;
    values.add(new GivenValue(path, items == null ? scalar(parser) : null, items, origin));
  }

  private List<String> items(YAMLParser parser, String path) throws IOException {
    var items = new ArrayList<String>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String item = parser.isCurrentAlias() ? null : scalar(parser);
      if (item == null) {
        refuse(path, parser, "holds an item that is not a single value");
        parser.skipChildren();
      } else {
        items.add(item);
      }
    }
    return items;
  }

  /** The text of a scalar as written; null for no value and for what is not a scalar. */
  private static @Nullable String scalar(YAMLParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getText() : null;
  }

  private void refuse(String path, YAMLParser parser, String reason) {
    problems.add(ConfigProblem.of(path, origin(parser), reason));
  }

  private String origin(YAMLParser parser) {
    return file + ":" + parser.currentTokenLocation().getLineNr();
  }
}
