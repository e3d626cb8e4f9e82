package dev.herald.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.error.HeraldException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {
  @Test
  void text_isDecoded() {
    Query query = new Query("a=1+2&b=%E7%BE%A4%2B&c&d=&%65=x=y;z");
    assertThat(query.text("a")).isEqualTo("1 2");
    assertThat(query.text("b")).isEqualTo("群+");
    assertThat(query.text("c")).isEmpty();
    assertThat(query.text("d")).isEmpty();
    assertThat(query.text("e")).isEqualTo("x=y;z");
    assertThat(query.text("f")).isNull();
    assertThat(new Query(null).text("a")).isNull();
    assertThat(new Query("").text("a")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"%", "%4", "%zz", "%4z", "%FF", "%C3", "%ED%A0%80", "%\uFF111"})
  void text_broken_isRefusedNamingTheParameter(String value) {
    assertThatThrownBy(() -> new Query("a=" + value).text("a"))
        .isInstanceOf(HeraldException.class)
        .hasMessageStartingWith("a ");
  }

  @Test
  void text_givenTwice_isRefusedOnlyWhenAskedFor() {
    Query query = new Query("a=1&b=2&a=1");
    assertThat(query.text("b")).isEqualTo("2");
    assertThatThrownBy(() -> query.text("a")).hasMessage("a is given more than once");
  }

  @Property
  void text_anyText_comesOutAsItWentIn(@ForAll String text) {
    Assume.that(StandardCharsets.UTF_8.newEncoder().canEncode(text));
    String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8);
    assertThat(new Query("x=" + encoded + "&y=1").text("x")).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-", "+1", "1.0", "1e3", " 1", "0x1", "\uFF11", "9223372036854775808"})
  void number_thatIsNone_isRefused(String text) {
    String query = "n=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    assertThatThrownBy(() -> new Query(query).number("n"))
        .isInstanceOf(HeraldException.class)
        .hasMessageStartingWith("n ");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE})
  void number_ofAnySize_isRead(long number) {
    assertThat(new Query("n=" + number).number("n")).isEqualTo(number);
  }
}
