package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpEdgeIT {
  @TempDir Path data;

  @Test
  void create_thenGatewayAndHistoryHaveIt() throws Exception {
    try (EdgeFixture edge = EdgeFixture.start(data);
        GatewayClient gateway = GatewayClient.open(edge, "1/g1")) {
      HttpResponse<String> created =
          edge.create("{\"appId\":\"1\",\"groupId\":\"1\",\"userId\":\"1\",\"content\":\"hi\"}");
      assertThat(created.statusCode()).isEqualTo(200);
      assertThat(created.body())
          .isEqualTo("{\"success\":true,\"code\":0,\"message\":\"success\",\"data\":\"\"}");
      String id = created.headers().firstValue("Herald-Message-Id").orElseThrow();
      assertThat(gateway.next()).contains("\"code\":2001").contains(id);
      assertThat(
              edge.get(
                      "/chat/message/findByGroupId?appId=1&groupId=1&startTime=0"
                          + "&endTime=9999999999999&pageNum=0&pageSize=10")
                  .body())
          .contains("\"total\":1")
          .contains(id);
    }
  }
}
