/**
 * What tests of every module share: the contract suite of each port, which every adapter inherits;
 * the naive model that stores are compared with; a clock that moves when told.
 */
@NullMarked
package dev.herald.testkit;

import org.jspecify.annotations.NullMarked;
