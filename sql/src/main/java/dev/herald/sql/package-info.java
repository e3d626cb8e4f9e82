/**
 * The store on SQLite: one writer that commits batches with full sync, readers apart from it, and a
 * schema that is brought forward when the store is opened.
 */
@NullMarked
package dev.herald.sql;

import org.jspecify.annotations.NullMarked;
