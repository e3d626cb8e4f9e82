package dev.herald.core.client;

import dev.herald.core.client.NotificationCounters.Limit;
import dev.herald.core.error.ErrorCode;
import dev.herald.core.error.HeraldException;
import dev.herald.core.event.GroupLimits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client says it is, for as long as it is connected. Immutable.
 *
 * @param userId its user; empty for none
 * @param device its device, or null
 * @param tags its tags, each once
 */
public record Registration(String userId, @Nullable String device, List<String> tags) {
  /** Of a client that said nothing. */
  public static final Registration NOTHING = new Registration("", null, List.of());

  /** Makes an immutable registration. */
  public Registration {
    tags = List.copyOf(tags);
  }

  /** Returns whether there is neither user nor device nor tag. */
  public boolean isNothing() {
    return userId.isEmpty() && device == null && tags.isEmpty();
  }

  /**
   * Checks what a client gave.
   *
   * @return the same, with each tag once
   * @throws HeraldException FIELD_INVALID naming the field, or QUOTA_EXCEEDED for too many tags
   */
  public Registration checked(NotificationSettings settings, NotificationCounters counters) {
    if (!userId.isEmpty()) {
      GroupLimits.checkId("user", userId);
    }
    if (device != null) {
      GroupLimits.checkId("device", device);
    }
    if (tags.isEmpty()) {
      return this;
    }
    List<String> distinct = tags.stream().distinct().toList();
    if (distinct.size() > settings.tagsMax()) {
      counters.met(Limit.TAGS);
      throw new HeraldException(
          ErrorCode.QUOTA_EXCEEDED, "a client may have at most " + settings.tagsMax() + " tags");
    }
    distinct.forEach(tag -> checkTag("tag", tag, settings, counters));
    return new Registration(userId, device, distinct);
  }

  /**
   * Checks a tag.
   *
   * @param field the field's name, for the error
   * @throws HeraldException FIELD_INVALID, naming the field
   */
  public static void checkTag(
      String field, String tag, NotificationSettings settings, NotificationCounters counters) {
    int characters = tag.codePointCount(0, tag.length());
    if (characters > settings.tagCharactersMax()) {
      counters.met(Limit.TAG_CHARACTERS);
    }
    if (characters < 1 || characters > settings.tagCharactersMax()) {
      throw new HeraldException(
          ErrorCode.FIELD_INVALID,
          field
              + " must have 1 to "
              + settings.tagCharactersMax()
              + " characters, it has "
              + characters);
    }
    GroupLimits.checkText(field, tag, characters);
    if (tag.indexOf('\0') >= 0) {
      throw new HeraldException(ErrorCode.FIELD_INVALID, field + " must not contain NUL");
    }
  }

  /**
   * A change that a client asks for.
   *
   * @param user whether {@code userId} takes the place of the user
   * @param userId the user from now on; null for none
   * @param hasDevice whether {@code device} takes the place of the device
   * @param device the device from now on; null for none
   * @param tags the tags from now on; null to keep those there are
   */
  public record Change(
      boolean user,
      @Nullable String userId,
      boolean hasDevice,
      @Nullable String device,
      @Nullable List<String> tags) {

    /** Returns a registration after this change, not checked. */
    public Registration of(Registration before) {
      String nextUser = userId == null ? "" : userId;
      return new Registration(
          user ? nextUser : before.userId,
          hasDevice ? device : before.device,
          tags == null ? before.tags : tags);
    }
  }
}
