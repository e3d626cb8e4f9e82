/**
 * The web console: its page, the libraries that the page loads, and the rule which of these files a
 * browser may be given. Nothing here knows HTTP; the HTTP edge asks {@link
 * dev.herald.console.Console} and sends what it gets.
 */
@NullMarked
package dev.herald.console;

import org.jspecify.annotations.NullMarked;
