// What one pane knows of a group: the stored messages in the order of their numbers, and after them
// its own messages that have not come back from the server yet.
//
// A message that this pane sends comes back twice: as an acknowledgement, which carries no number,
// and in the feed, which does not say who asked. The feed's copy takes the place of the oldest own
// message of the same text that is still without a number. Since one publisher's messages keep
// their order, that is the right one, and where it could be another one the texts are equal.

/** Clocks of browser and server may differ by this much before a match is refused. */
const CLOCK_TOLERANCE_MS = 30_000;

export class Conversation {
  #stored = [];
  #own = [];
  #lastId = 0;
  #round = 0;
  #user;

  constructor(user) {
    this.#user = user;
  }

  /** All entries: {key, userId, content, at, seq, state, own, recalled, cause}. */
  get entries() {
    return [...this.#stored, ...this.#own];
  }

  /** Adds an own message that was just handed to the connection; returns its entry. */
  say(content) {
    this.#lastId += 1;
    const entry = {
      key: `own-${this.#lastId}`, userId: this.#user, content, at: Date.now(), state: 'sent', own: true,
    };
    this.#own.push(entry);
    return entry;
  }

  /** The server has acknowledged an own message. */
  acknowledged(entry) {
    entry.state = 'stored';
  }

  /** The connection ended first: the message may or may not be stored. */
  unconfirmed(entry) {
    if (entry.state === 'sent') entry.state = 'unconfirmed';
  }

  /** Takes an unconfirmed message away, so that it can be sent again. */
  remove(entry) {
    this.#own = this.#own.filter((other) => other !== entry);
  }

  /** What was taken before is doubtful from here on, until it is taken again or dropped. */
  renew() {
    this.#round += 1;
  }

  /** Drops what was taken before the last renewal and not since. */
  dropDoubtful() {
    this.#stored = this.#stored.filter((entry) => entry.round === this.#round);
  }

  /** Takes a message of the contract from the feed or the history, new or changed. */
  take(message) {
    const index = this.#stored.findIndex((entry) => entry.messageId === message.messageId);
    if (index >= 0) {
      Object.assign(this.#stored[index], this.#contentOf(message));
      return;
    }
    const own = message.userId === this.#user ? this.#awaited(message) : undefined;
    const entry = {
      key: own?.key ?? message.messageId,
      messageId: message.messageId,
      userId: message.userId,
      at: message.createTime,
      seq: message.seq,
      own: message.userId === this.#user,
      state: 'stored',
      ...this.#contentOf(message),
    };
    if (own) this.remove(own);
    const after = this.#stored.findLastIndex((other) => precedes(other, entry));
    this.#stored.splice(after + 1, 0, entry);
  }

  #awaited(message) {
    return this.#own.find((entry) => entry.content === message.content
      && message.createTime >= entry.at - CLOCK_TOLERANCE_MS);
  }

  #contentOf(message) {
    return {
      content: message.content,
      recalled: message.status === 0,
      cause: message.recallCause,
      round: this.#round,
    };
  }
}

function precedes(a, b) {
  return a.seq !== undefined && b.seq !== undefined ? a.seq < b.seq : a.at <= b.at;
}
