/** Durable storage over JDBC. */
@NullMarked
package dev.herald.sql;

import org.jspecify.annotations.NullMarked;
