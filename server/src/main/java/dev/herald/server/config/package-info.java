/**
 * The configuration of the server: one tree of typed settings, read from defaults, a YAML file,
 * environment variables and {@code --set}, and the reference pages made from the same tree.
 */
@NullMarked
package dev.herald.server.config;

import org.jspecify.annotations.NullMarked;
