package dev.herald.core.error;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A refusal with a code of the catalogue; its message is safe to show to the caller. */
public final class HeraldException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /**
   * Makes a refusal.
   *
   * @param code what kind of refusal it is
   * @param detail what was wrong, for the caller: names the field or limit, never a secret
   */
  public HeraldException(ErrorCode code, String detail) {
    super(detail);
    this.code = code;
  }

  /**
   * Makes a refusal with the failure that led to it; the cause goes to the log, never to the
   * caller.
   *
   * @param code what kind of refusal it is
   * @param detail what was wrong, for the caller
   * @param cause what failed
   */
  public HeraldException(ErrorCode code, String detail, Throwable cause) {
    super(detail, cause);
    this.code = code;
  }

  /**
   * Returns the refusal inside a failure: itself, or the one a future wrapped; any other failure
   * becomes {@link ErrorCode#INTERNAL_ERROR} with the failure as its cause.
   */
  public static HeraldException of(Throwable failure) {
    @Nullable Throwable inner = failure;
    while ((inner instanceof CompletionException || inner instanceof ExecutionException)
        && inner.getCause() != null) {
      inner = inner.getCause();
    }
    if (inner instanceof HeraldException refusal) {
      return refusal;
    }
    return new HeraldException(ErrorCode.INTERNAL_ERROR, ErrorCode.INTERNAL_ERROR.text(), failure);
  }

  /** Returns what kind of refusal this is. */
  public ErrorCode code() {
    return code;
  }

  /** Returns a sentence that is safe to show to the caller. */
  public String detail() {
    String message = getMessage();
    return message == null ? code.text() : message;
  }
}
