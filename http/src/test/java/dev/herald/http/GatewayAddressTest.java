package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.HeraldException;
import dev.herald.http.GatewayAddress.GatewayKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayAddressTest {
  private static final String PATH = "/chat/message/broadcast/";

  @Test
  void of_idsAreDecodedOnce() {
    assertThat(GatewayAddress.of(PATH + "a%2Fb/c+%2520", null))
        .isEqualTo(new GatewayAddress(new GatewayKey("a/b", "c+%20"), Map.of(), false));
  }

  @Test
  void of_after_isReadInBothEncodings() {
    Map<String, Long> wanted = Map.of("g", 5L, "a,b:1", 0L);
    assertThat(GatewayAddress.of(PATH + "a/b", "x=1&after=g:5,a%2Cb%3A1:0").after())
        .isEqualTo(wanted);
    assertThat(GatewayAddress.of(PATH + "a/b", "after=g%3A5%2Ca%252Cb%253A1%3A0").after())
        .isEqualTo(wanted);
    assertThat(GatewayAddress.of(PATH + "a/b", "after=").after()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "after=g|after must be groupId:seq",
        "after=g:1,|after must be groupId:seq",
        "after=:1|after must have 1 to 127 characters",
        "after=g:|after must be a whole number",
        "after=g:1.5|after must be a whole number",
        "after=g:-1|after must have numbers of 0 or greater",
        "after=g:1,g:2|after names a group more than once",
        "after=g:1&after=h:1|after is given more than once",
        "after=%zz:1|after has a broken percent-encoding",
      })
  void of_afterThatCannotBeRead_isRefused(String query, String why) {
    assertThatThrownBy(() -> GatewayAddress.of(PATH + "a/b", query))
        .isInstanceOf(HeraldException.class)
        .hasMessageContaining(why);
  }

  @Test
  void resumeHint_isWhatAGatewayConnectsWith() {
    Map<String, Long> lost = new LinkedHashMap<>();
    assertThat(GatewayAddress.resumeHint(lost)).isEmpty();
    lost.put("a,b:1 +%", 0L);
    lost.put("群", 7L);
    String hint = GatewayAddress.resumeHint(lost);
    assertThat(hint).startsWith("; resume with after=");
    assertThat(GatewayAddress.of(PATH + "a/b", hint.substring(14)).after()).isEqualTo(lost);
  }

  @Test
  void resumeHint_ofManyGroups_isBounded() {
    Map<String, Long> lost = new LinkedHashMap<>();
    for (int i = 0; i < 10_000; i++) {
      lost.put("group-" + i, 1L);
    }
    assertThat(GatewayAddress.resumeHint(lost))
        .hasSizeLessThan(33 << 10)
        .matches("(?s).* and \\d+ more groups");
  }
}
