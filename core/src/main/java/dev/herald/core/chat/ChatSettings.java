package dev.herald.core.chat;

import dev.herald.core.config.Setting;
import java.time.Duration;

/**
 * The settings of chats: the section {@code chats}.
 *
 * @param chatsMax how many an app may have
 * @param chatsPerClientMax how many a client may be in
 * @param participantsMax how many may be in one
 * @param messageBytesMax how large a message may be
 * @param idleTimeout how long one lives on without a word
 * @param grace how long who lost its connection stays in
 */
public record ChatSettings(
    @Setting(
            doc =
                "How many chats an app may have at once on this node. Who would begin one more is"
                    + " refused with reason 0x97, 0x80 in 3.1.1. 0 offers none.",
            unit = "chats",
            def = "100000",
            min = "0",
            max = "10000000")
        int chatsMax,
    @Setting(
            doc =
                "How many chats a client may be in at once. One more is refused with reason 0x97,"
                    + " 0x80 in 3.1.1.",
            unit = "chats",
            def = "1000",
            min = "1",
            max = "1000000")
        int chatsPerClientMax,
    @Setting(
            doc =
                "How many participants a chat may have, those included whose connection is lost"
                    + " for no longer than grace. One more is refused with reason 0x97, 0x80 in"
                    + " 3.1.1.",
            unit = "participants",
            def = "1000",
            min = "2",
            max = "100000")
        int participantsMax,
    @Setting(
            doc =
                "How large what a participant says may be. A larger message is refused with reason"
                    + " 0x97; in 3.1.1 the connection is closed.",
            unit = "bytes",
            def = "64KiB",
            min = "1",
            max = "256MiB")
        int messageBytesMax,
    @Setting(
            doc =
                "How long a chat lives on in which nobody says anything and nobody joins. It ends"
                    + " after that, and its participants are told.",
            def = "1h",
            min = "1s",
            max = "30d")
        Duration idleTimeout,
    @Setting(
            doc =
                "How long a participant whose connection is lost stays in its chats. If it does not"
                    + " come back within that time, the others are told that it was lost. 0s: at"
                    + " once.",
            def = "30s",
            min = "0s",
            max = "1h")
        Duration grace) {}
