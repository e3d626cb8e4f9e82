/** What the edges that speak HTTP must know of browsers. */
@NullMarked
package dev.herald.core.web;

import org.jspecify.annotations.NullMarked;
