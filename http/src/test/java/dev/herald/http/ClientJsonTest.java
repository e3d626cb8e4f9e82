package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.core.client.NotificationDraft;
import dev.herald.core.client.NotificationOutcome;
import dev.herald.core.client.PresenceEvent;
import dev.herald.core.client.Registration;
import dev.herald.core.client.Target;
import dev.herald.core.client.UserPresence;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientJsonTest {
  private final ClientJson documents = new ClientJson();

  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(UTF_8);
  }

  private static String text(byte[] document) {
    return new String(document, UTF_8);
  }

  @Test
  void notification_hasTargetsThatAreConditions() {
    NotificationDraft draft =
        documents.notification(
            json(
                "{'targets':[{'users':['a','b','a'],'devices':['d'],'other':1,"
                    + "'tags':{'any':['x'],'all':['y','z'],'none':['n'],'more':[]}},{'all':true}],"
                    + "'content':'hi','contentType':'text/plain','ttlSeconds':'60'}"));
    assertThat(draft.targets())
        .containsExactly(
            new Target(Set.of("a", "b"), Set.of("d"), Set.of("x"), Set.of("y", "z"), Set.of("n")),
            Target.ALL);
    assertThat(draft.content()).isEqualTo("hi");
    assertThat(draft.contentType()).isEqualTo("text/plain");
    assertThat(draft.ttlSeconds()).isEqualTo(60);
    NotificationDraft least =
        documents.notification(json("{'targets':[{'all':true,'tags':{'none':['n']}}]}"));
    assertThat(least.targets())
        .containsExactly(new Target(Set.of(), Set.of(), Set.of(), Set.of(), Set.of("n")));
    assertThat(least.content()).isNull();
    assertThat(least.contentType()).isNull();
    assertThat(least.ttlSeconds()).isZero();
    assertThat(documents.notification(json("{}")).targets()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'targets':{}} | targets must be an array",
        "{'targets':'all'} | targets must be an array",
        "{'targets':[1]} | targets must be an array",
        "{'targets':[[]]} | targets must be an array",
        "{'targets':[],'targets':[]} | targets is given more than once",
        "{'targets':[{}]} | targets[0].users, devices or tags must name somebody",
        "{'targets':[{'all':true},{'all':false}]} | targets[1].users, devices or tags must name",
        "{'targets':[{'all':1}]} | targets[0].all must be true or false",
        "{'targets':[{'users':'a'}]} | targets[0].users must be an array",
        "{'targets':[{'users':[1]}]} | targets[0].users must be an array",
        "{'targets':[{'users':[]}]} | targets[0].users must not be an empty array",
        "{'targets':[{'users':['a'],'users':['b']}]} | targets[0].users is given more than once",
        "{'targets':[{'devices':[null]}]} | targets[0].devices must be an array",
        "{'targets':[{'devices':[]}]} | targets[0].devices must not be an empty array",
        "{'targets':[{'tags':[]}]} | targets[0].tags must be a JSON object",
        "{'targets':[{'tags':{'any':'a'}}]} | targets[0].tags.any must be an array",
        "{'targets':[{'tags':{'all':[{}]}}]} | targets[0].tags.all must be an array",
        "{'targets':[{'tags':{'none':[]}}]} | targets[0].tags.none must not be an empty array",
        "{'content':1} | content must be a JSON string",
        "{'contentType':{}} | contentType must be a JSON string",
        "{'ttlSeconds':1.5} | ttlSeconds must be an integer",
        "{'ttlSeconds':'x'} | ttlSeconds must be a whole number",
        "{'ttlSeconds':99999999999999999999} | ttlSeconds must be a number of at most 64 bits"
      })
  void badFields_areNamed(String document, String why) {
    assertThatThrownBy(() -> documents.notification(json(document)))
        .isInstanceOf(HeraldException.class)
        .hasMessageContaining(why)
        .extracting(refusal -> ((HeraldException) refusal).code())
        .isEqualTo(ErrorCode.FIELD_INVALID);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"''", "x", "[]", "1", "{'targets':[", "{} {}", "{'a':1,}"})
  void whatIsNoObject_isRefused(String document) {
    assertThatThrownBy(() -> documents.notification(json(document)))
        .isInstanceOf(HeraldException.class)
        .extracting(refusal -> ((HeraldException) refusal).code())
        .isEqualTo(ErrorCode.MALFORMED_REQUEST);
    String deep = "{\"targets\":" + "[".repeat(100) + "]".repeat(100) + "}";
    assertThatThrownBy(() -> documents.notification(deep.getBytes(UTF_8)))
        .isInstanceOf(HeraldException.class);
  }

  @Test
  void change_keepsWhatIsNotGiven_andRemovesWhatIsNull() {
    Registration before = new Registration("ann", "phone", List.of("a"));
    assertThat(documents.change(json("{}")).of(before)).isEqualTo(before);
    assertThat(documents.change(json("{'device':null}")).of(before))
        .isEqualTo(new Registration("ann", null, List.of("a")));
    assertThat(documents.change(json("{'user':'bob','device':'d','tags':['b','c']}")).of(before))
        .isEqualTo(new Registration("bob", "d", List.of("b", "c")));
    assertThat(documents.change(json("{'user':null,'device':null,'tags':null}")).of(before))
        .isEqualTo(Registration.NOTHING);
    for (String bad :
        List.of("{'user':''}", "{'user':1}", "{'device':''}", "{'tags':'a'}", "{'tags':[1]}")) {
      assertThatThrownBy(() -> documents.change(json(bad)))
          .as(bad)
          .isInstanceOf(HeraldException.class);
    }
  }

  @Test
  void whatIsTold() {
    assertThat(text(documents.registration("c", new Registration("ann", null, List.of("a")))))
        .isEqualTo(text(json("{'clientId':'c','user':'ann','device':null,'tags':['a']}")));
    assertThat(text(documents.registration("c", Registration.NOTHING)))
        .isEqualTo(text(json("{'clientId':'c','user':null,'device':null,'tags':[]}")));
    assertThat(text(documents.outcome(new NotificationOutcome(7, 3, true, false))))
        .isEqualTo(text(json("{'notificationId':'7','reached':3,'complete':true,'kept':false}")));
    assertThat(text(documents.event(new PresenceEvent("app", "ann", "c", "d", true, 5))))
        .isEqualTo(
            text(json("{'event':'online','userId':'ann','clientId':'c','device':'d','time':5}")));
    UserPresence online =
        new UserPresence("ann", List.of(new UserPresence.Online("c", null, 4)), 3);
    assertThat(text(documents.state(online)))
        .isEqualTo(
            text(
                json(
                    "{'event':'state','userId':'ann','online':true,'clients':"
                        + "[{'clientId':'c','device':null,'since':4}],'lastSeen':null}")));
    assertThat(text(ClientJson.presence(new UserPresence("ann", List.of(), 9))))
        .isEqualTo(text(json("{'userId':'ann','online':false,'clients':[],'lastSeen':9}")));
    assertThat(text(ClientJson.presence(new UserPresence("ann", List.of(), 0))))
        .endsWith("\"lastSeen\":null}");
  }
}
