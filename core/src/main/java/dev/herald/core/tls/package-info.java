/**
 * Certificates and keys of the TLS listeners: read from PEM files, and read anew when they change.
 */
@NullMarked
package dev.herald.core.tls;

import org.jspecify.annotations.NullMarked;
