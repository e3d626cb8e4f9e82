package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.herald.core.bus.InProcessBus;
import dev.herald.core.config.SettingTree;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupCommand.Prune;
import dev.herald.core.event.GroupKey;
import dev.herald.core.group.GroupApplier;
import dev.herald.core.group.GroupCommands;
import dev.herald.core.group.GroupCommands.Draft;
import dev.herald.core.group.GroupQueries;
import dev.herald.core.group.GroupRequests.Operation;
import dev.herald.core.group.GroupRequests.Request;
import dev.herald.core.group.GroupSettings;
import dev.herald.core.id.MessageIds;
import dev.herald.core.journal.EmbeddedJournal;
import dev.herald.core.metric.Metrics;
import dev.herald.sql.SqliteStore;
import dev.herald.sql.StoreSettings;
import dev.herald.testkit.GroupInputs;
import dev.herald.testkit.GroupInputs.BadField;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRequestsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final SqliteStore store;
  private final EmbeddedJournal journal = new EmbeddedJournal(new Metrics());
  private final GroupCommands commands =
      new GroupCommands(journal, new MessageIds(0, InstantSource.system(), 0));
  private final GroupQueries queries;
  private final JsonRequests requests = new JsonRequests(commands);

  JsonRequestsTest(@TempDir Path data) {
    store = new SqliteStore(data, SettingTree.defaults(StoreSettings.class), new Metrics());
    queries = new GroupQueries(store);
  }

  @BeforeEach
  void start() {
    store.start();
    journal.start(
        new GroupApplier(
            store,
            new InProcessBus(),
            InstantSource.system(),
            SettingTree.defaults(GroupSettings.class),
            new Metrics()));
  }

  @AfterEach
  void close() {
    journal.close();
    store.close();
  }

  private void create(int count, String content) {
    for (int i = 0; i < count; i++) {
      var _ =
          commands
              .create(new Draft("a", "g", "u", content, null, null))
              .toCompletableFuture()
              .join();
    }
  }

  private static Request request(String appId, Operation operation, String document) {
    return new Request(appId, "g", "ann", operation, document.getBytes(UTF_8));
  }

  private JsonNode command(Operation operation, String document) throws IOException {
    return MAPPER.readTree(
        requests.command(request("a", operation, document)).toCompletableFuture().join());
  }

  private JsonNode history(String document) throws IOException {
    return MAPPER.readTree(
        requests.query(request("a", Operation.HISTORY, document)).apply(queries));
  }

  private static List<Long> seqs(JsonNode history) {
    List<Long> seqs = new ArrayList<>();
    history.path("events").forEach(event -> seqs.add(event.path("seq").asLong()));
    return seqs;
  }

  private static String idOf(JsonNode history, int event) {
    return history.path("events").path(event).path("message").path("messageId").asText();
  }

  @Test
  void history_latestBeforeAndAfter() throws IOException {
    create(120, "c");
    assertThat(seqs(history("{}"))).hasSize(50).startsWith(71L).endsWith(120L);
    assertThat(seqs(history("{\"limit\":2}"))).containsExactly(119L, 120L);
    assertThat(seqs(history("{\"before\":3}"))).containsExactly(1L, 2L);
    assertThat(seqs(history("{\"before\":50,\"limit\":2}"))).containsExactly(48L, 49L);
    assertThat(seqs(history("{\"before\":1}"))).isEmpty();
    assertThat(seqs(history("{\"before\":9223372036854775807,\"limit\":1}"))).containsExactly(120L);
    assertThat(seqs(history("{\"after\":\"118\"}"))).containsExactly(119L, 120L);
    assertThat(seqs(history("{\"after\":9223372036854775807}"))).isEmpty();
    assertThat(seqs(history("{\"after\":0,\"limit\":100}"))).hasSize(100).startsWith(1L);
    assertThat(history("{\"after\":0,\"limit\":1}").path("head").asLong()).isEqualTo(120);
  }

  @Test
  void history_keptNoLonger_isTold() throws IOException {
    create(5, "c");
    var _ = journal.append(new Prune(new GroupKey("a", "g"), 3)).toCompletableFuture().join();
    assertThat(seqs(history("{}"))).containsExactly(4L, 5L);
    assertThat(seqs(history("{\"before\":4}"))).isEmpty();
    JsonNode after = history("{\"after\":1}");
    assertThat(seqs(after)).containsExactly(4L, 5L);
    assertThat(after.path("prunedSeq").asLong()).isEqualTo(3);
    assertThat(history("{\"after\":3}").has("prunedSeq")).isFalse();
  }

  @Test
  void history_ofNoGroup() {
    byte[] none = requests.query(request("b", Operation.HISTORY, "{}")).apply(queries);
    assertThat(new String(none, UTF_8)).isEqualTo("{\"head\":0,\"events\":[]}");
  }

  @Test
  void history_isBoundedInBytes_nearestEventsFirst() throws IOException {
    create(10, "x".repeat(60_000));
    assertThat(seqs(history("{\"after\":0}"))).containsExactly(1L, 2L, 3L, 4L);
    assertThat(seqs(history("{}"))).containsExactly(7L, 8L, 9L, 10L);
    create(1, "\u0001".repeat(65_535));
    assertThat(seqs(history("{}"))).as("one is always there").containsExactly(11L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"limit\":0}|limit",
        "{\"limit\":101}|limit",
        "{\"limit\":-1}|limit",
        "{\"limit\":99999999999}|limit",
        "{\"limit\":1.5}|limit",
        "{\"after\":-1}|after",
        "{\"after\":\"x\"}|after",
        "{\"after\":[1]}|after",
        "{\"after\":99999999999999999999}|after",
        "{\"before\":0}|before",
        "{\"before\":true}|before",
        "{\"after\":1,\"before\":2}|after and before",
        "{\"after\":1,\"after\":2}|after",
      })
  void history_fieldsThatAreWrong(String document, String named) {
    assertThatThrownBy(() -> requests.query(request("a", Operation.HISTORY, document)))
        .isInstanceOfSatisfying(
            HeraldException.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(ErrorCode.FIELD_INVALID);
              assertThat(refusal.detail()).startsWith(named);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "null",
        "1",
        "\"{}\"",
        "{",
        "{}{}",
        "{\"a\"}",
        "<xml/>",
        "\uFEFF{}"
      })
  void everyRequest_thatIsNoJsonObject(String document) {
    for (Operation operation : Operation.values()) {
      assertThatThrownBy(
              () -> {
                Request request = request("a", operation, document);
                var _ = operation.isQuery() ? requests.query(request) : requests.command(request);
              })
          .isInstanceOfSatisfying(
              HeraldException.class,
              refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED_REQUEST));
    }
  }

  @Test
  void everyRequest_thatIsNoUtf8() {
    for (Operation operation : Operation.values()) {
      Request request =
          new Request("a", "g", "ann", operation, new byte[] {'{', '"', (byte) 0xFF, '"', '}'});
      assertThatThrownBy(
              () -> {
                var _ = operation.isQuery() ? requests.query(request) : requests.command(request);
              })
          .isInstanceOf(HeraldException.class);
    }
  }

  @Test
  void recall_andItIsGoneFromHistory() throws IOException {
    create(1, "secret");
    String id = idOf(history("{}"), 0);
    JsonNode message =
        command(
            Operation.RECALL,
            "{\"messageId\":\"" + id + "\",\"recallCause\":\"<b>'; --\",\"userId\":\"eve\"}");
    assertThat(message.path("messageId").asText()).isEqualTo(id);
    assertThat(message.path("content").asText()).isEmpty();
    assertThat(message.path("recallCause").asText()).isEqualTo("<b>'; --");
    JsonNode history = history("{}");
    assertThat(history.toString()).doesNotContain("secret");
    assertThat(seqs(history)).containsExactly(1L, 2L);
    expectRefused(Operation.RECALL, "{\"messageId\":" + id + "}", ErrorCode.MESSAGE_RECALLED);
    expectRefused(Operation.RECALL, "{\"messageId\":1}", ErrorCode.MESSAGE_NOT_FOUND);
    expectRefused(Operation.RECALL, "{\"messageId\":-1}", ErrorCode.MESSAGE_NOT_FOUND);
    expectRefused(Operation.RECALL, "{}", ErrorCode.FIELD_MISSING);
    expectRefused(Operation.RECALL, "{\"messageId\":\"x\"}", ErrorCode.FIELD_INVALID);
    expectRefused(
        Operation.RECALL,
        "{\"messageId\":1,\"recallCause\":\"" + "x".repeat(256) + "\"}",
        ErrorCode.FIELD_INVALID);
  }

  @Test
  void recall_ofAnotherAppsMessage() throws IOException {
    create(1, "c");
    String document = "{\"messageId\":\"" + idOf(history("{}"), 0) + "\"}";
    assertThat(
            requests
                .command(request("b", Operation.RECALL, document))
                .handle((done, failure) -> HeraldException.of(failure).code())
                .toCompletableFuture()
                .join())
        .isEqualTo(ErrorCode.MESSAGE_NOT_FOUND);
  }

  @Test
  void notice_publishAndDelete() throws IOException {
    JsonNode notice =
        command(
            Operation.NOTICE,
            "{\"action\":\"publish\",\"title\":\"t\",\"content\":\"c\",\"jumpUrl\":\"u\",\"type\":-3}");
    assertThat(notice.path("userId").asText()).isEqualTo("ann");
    assertThat(notice.path("jumpURL").asText()).isEqualTo("u");
    assertThat(notice.path("type").asInt()).isEqualTo(-3);
    String delete =
        "{\"action\":\"delete\",\"informationId\":\""
            + notice.path("informationId").asText()
            + "\"}";
    assertThat(command(Operation.NOTICE, delete).path("status").asInt()).isZero();
    expectRefused(Operation.NOTICE, delete, ErrorCode.NOTICE_DELETED);
    expectRefused(Operation.NOTICE, "{}", ErrorCode.FIELD_MISSING);
    expectRefused(Operation.NOTICE, "{\"action\":\"x\"}", ErrorCode.FIELD_INVALID);
    expectRefused(Operation.NOTICE, "{\"action\":1}", ErrorCode.FIELD_INVALID);
    expectRefused(
        Operation.NOTICE, "{\"action\":\"publish\",\"content\":\"c\"}", ErrorCode.FIELD_MISSING);
    expectRefused(
        Operation.NOTICE,
        "{\"action\":\"publish\",\"title\":\"" + "x".repeat(256) + "\",\"content\":\"c\"}",
        ErrorCode.FIELD_INVALID);
    expectRefused(
        Operation.NOTICE,
        "{\"action\":\"delete\",\"informationId\":7}",
        ErrorCode.NOTICE_NOT_FOUND);
  }

  @Test
  void command_badField_isRefusedNamingIt() {
    Map<String, String> recall = Map.of("messageId", "1", "recallCause", "\"c\"");
    String text = "\"t\"";
    Map<String, String> publish = new HashMap<>(Map.of("action", "\"publish\"", "type", "1"));
    List.of("title", "content", "jumpUrl", "clientMessageId")
        .forEach(name -> publish.put(name, text));
    Map<String, String> delete = Map.of("action", "\"delete\"", "informationId", "1");
    for (BadField bad : GroupInputs.badFields().toList()) {
      expectRefused(Operation.RECALL, recall, bad);
      expectRefused(Operation.NOTICE, publish, bad);
      expectRefused(Operation.NOTICE, delete, bad);
    }
  }

  private void expectRefused(Operation operation, Map<String, String> good, BadField bad) {
    if (good.containsKey(bad.name())) {
      assertThatThrownBy(() -> command(operation, bad.in(good)))
          .satisfies(failure ->
              assertThat(HeraldException.of(failure).detail())
                  .contains(bad.name() + " " + bad.problem()));
    }
  }

  private void expectRefused(Operation operation, String document, ErrorCode code) {
    ErrorCode refused;
    try {
      refused =
          requests
              .command(request("a", operation, document))
              .handle((done, failure) -> HeraldException.of(failure).code())
              .toCompletableFuture()
              .join();
    } catch (HeraldException refusal) {
      refused = refusal.code();
    }
    assertThat(refused).as(document).isEqualTo(code);
  }

  @Test
  void problem_hasTheCodeOfTheCatalogue() {
    HeraldException refusal = new HeraldException(ErrorCode.RECALL_TOO_LATE, "it is \"late\"");
    assertThat(new String(requests.problem(refusal), UTF_8))
        .isEqualTo(
            "{\"type\":\"urn:herald:error:RECALL_TOO_LATE\",\"title\":\"Conflict\","
                + "\"status\":409,\"detail\":\"it is \\\"late\\\"\"}");
  }
}
