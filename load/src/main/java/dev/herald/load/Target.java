package dev.herald.load;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The broker and how clients introduce themselves to it.
 *
 * @param address where it listens
 * @param protocol the version that is spoken
 * @param username or null for none
 * @param password or null for none
 * @param pid the broker's process, whose usage is reported; 0 for none
 */
record Target(
    InetSocketAddress address,
    Protocol protocol,
    @Nullable String username,
    @Nullable String password,
    long pid) {}
