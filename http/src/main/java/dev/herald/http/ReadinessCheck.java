package dev.herald.http;

import java.util.function.BooleanSupplier;

/**
 * One thing that must work before {@code GET /ready} says that this server is ready.
 *
 * @param otherwise what to say if it does not work: {@code store does not work}
 * @param works tells whether it works now; may block for a second or two, called from any thread
 */
public record ReadinessCheck(String otherwise, BooleanSupplier works) {}
