package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumer groups over HTTP. */
class ConsumerGroupResourcesIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String GROUPS = "/v1/apps/a/consumer-groups";
  private static final String GROUP = GROUPS + "/%24share%2Fg%2Ft%2F%23";

  @TempDir Path data;
  private EdgeFixture edge;
  private FewConsumers consumer;

  @BeforeEach
  void start() throws Exception {
    edge = EdgeFixture.start(data);
    consumer = FewConsumers.join(edge, "a", "$share/g/t/#");
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  private int publish() throws Exception {
    return edge.json("/v1/apps/a/topics/t/1", "{}").statusCode();
  }

  @Test
  void group_isListed_pageByPage_inItsAppOnly() throws Exception {
    FewConsumers.join(edge, "a", "$share/h/t");
    JsonNode first = JSON.readTree(edge.get(GROUPS + "?limit=1").body());
    assertThat(first.at("/consumerGroups/0/filter").asText()).isEqualTo("$share/g/t/#");
    JsonNode second =
        JSON.readTree(edge.get(GROUPS + "?after=" + first.get("after").asText()).body());
    assertThat(second.get("consumerGroups")).hasSize(1);
    assertThat(second.at("/consumerGroups/0/filter").asText()).isEqualTo("$share/h/t");
    assertThat(second.get("after").isNull()).isTrue();
    assertThat(edge.get("/v1/apps/b/consumer-groups").body())
        .isEqualTo("{\"consumerGroups\":[],\"after\":null}");
  }

  @Test
  void group_isToldWithItsMembersAndWhatBecameOfItsMessages() throws Exception {
    assertThat(publish()).isEqualTo(200);
    consumer.refuse();
    assertThat(publish()).isEqualTo(503);
    JsonNode group = JSON.readTree(edge.get(GROUP).body());
    assertThat(group.get("consumed").asInt()).isEqualTo(1);
    assertThat(group.get("refused").asInt()).isEqualTo(1);
    assertThat(group.get("dropped").asInt()).isEqualTo(1);
    assertThat(group.at("/members/0/clientId").asText()).isEqualTo("<b>c</b>");
    assertThat(group.at("/members/0/state").asText()).isEqualTo("live");
    assertThat(group.at("/members/0/acknowledged").asInt()).isEqualTo(1);
    assertThat(edge.get(GROUP + "x").statusCode()).isEqualTo(404);
    assertThat(edge.get(GROUP.replace("/a/", "/b/")).statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"?limit=0", "?limit=x", "?after=*", "/%ff"})
  void badInput_isRefused(String path) throws Exception {
    assertThat(edge.get(GROUPS + path).statusCode()).isEqualTo(400);
  }
}
