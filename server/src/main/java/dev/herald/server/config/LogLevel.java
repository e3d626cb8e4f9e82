package dev.herald.server.config;

/** How important a logged event is, the most important first. */
public enum LogLevel {
  /** Someone must act. */
  ERROR,
  /** Someone should look soon. */
  WARN,
  /** What happened in the life of the server. */
  INFO,
  /** What single peers do. */
  DEBUG,
  /** Everything, the libraries included. */
  TRACE
}
