package dev.herald.mqtt;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the normative statements of the specifications that a test method proves, by the numbers
 * that the lists in {@code src/test/resources/conformance} have. Of a statement that binds clients
 * only, the test proves what the server does with a client that breaks it.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Proves {
  /** Statements of MQTT 5.0: "MQTT-3.1.2-1". */
  String[] v5() default {};

  /** Statements of MQTT 3.1.1. */
  String[] v311() default {};
}
