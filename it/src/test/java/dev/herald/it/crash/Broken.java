package dev.herald.it.crash;

/** A connection ended, or could not be made: what was sent last may have arrived or not. */
final class Broken extends Exception {
  private static final long serialVersionUID = 1L;

  Broken(String what) {
    super(what);
  }

  Broken(String what, Throwable cause) {
    super(what, cause);
  }
}
