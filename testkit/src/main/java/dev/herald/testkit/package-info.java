/** What tests of every module share. */
@NullMarked
package dev.herald.testkit;

import org.jspecify.annotations.NullMarked;
