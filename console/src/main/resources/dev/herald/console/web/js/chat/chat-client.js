import { Observable } from '../observable.js';
import { Conversation } from './conversation.js';
import { History } from './history.js';
import { MqttLink } from './mqtt-link.js';

/** The contract's limit on the content of a message, in bytes of UTF-8. */
export const CONTENT_BYTES_MAX = 65_535;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function bytesOver(text) {
  return Math.max(0, encoder.encode(text).length - CONTENT_BYTES_MAX);
}

/**
 * One pane's client: one user in one group, with its own connection. It subscribes first and then
 * reads the history, so nothing can fall between; messages that come both ways are taken once. A
 * gap in the numbers of the feed, and every new connection, has the history read again.
 */
export class ChatClient extends Observable {
  #room;
  #side;
  #server;
  #link;
  #names = '';
  #port;
  #wasAway = false;
  #conversation;
  #pages;
  #lastSeq;
  #dataProblem;

  /** loading | known | failed: whether the messages are the group's, also when there are none. */
  history = 'loading';

  constructor(room, side, server) {
    super();
    this.#room = room;
    this.#side = side;
    this.#server = server;
    this.#begin();
    room.watch(() => this.#begin());
    server.watch(() => this.#begin());
  }

  /** Which conversation this is: another text whenever a name has changed. */
  get place() { return this.#names; }

  get user() { return this.#room.user(this.#side); }

  get entries() { return this.#conversation.entries; }

  get hasEarlier() { return this.#pages.hasEarlier; }

  /** idle | connecting | online | waiting | closed */
  get state() { return this.#link?.state ?? 'idle'; }

  get retryAt() { return this.#link?.retryAt ?? 0; }

  /** The most telling problem now: {key, values}, or undefined. */
  get problem() {
    const { facts, state } = this.#server;
    if (!this.#link) {
      return state === 'up' && !facts?.wsPort ? { key: 'problem.noPort', values: {} } : undefined;
    }
    const key = this.#link.problem;
    return key ? { key, values: this.#whoAndWhere() } : this.#dataProblem;
  }

  retryNow() { this.#link?.retryNow(); }

  /** Reads the history again. */
  reload() { return this.#catchUp(); }

  /** Sends a text of the user; the entry shows what became of it. */
  send(content) {
    const conversation = this.#conversation;
    const entry = conversation.say(content);
    this.#link.publish(encoder.encode(content))
      .then(() => conversation.acknowledged(entry), () => conversation.unconfirmed(entry))
      .then(() => this.changed());
    this.changed();
  }

  sendAgain(entry) {
    this.#conversation.remove(entry);
    this.send(entry.content);
  }

  async loadEarlier() {
    await this.#read(() => this.#pages.earlier());
  }

  /** (Re)opens everything when a name or the server's port is another than before. */
  #begin() {
    const { app, group } = this.#room;
    const port = this.#server.facts?.wsPort;
    const names = JSON.stringify([app, group, this.user]);
    if (names === this.#names && port === this.#port) {
      this.#hasten();
      return;
    }
    if (names !== this.#names) this.#forget(app, group);
    this.#names = names;
    this.#port = port;
    this.#link?.close();
    this.#link = undefined;
    if (port) this.#open(port);
    this.changed();
  }

  #forget(app, group) {
    this.#conversation = new Conversation(this.user);
    this.#pages = new History(app, group);
    this.#dataProblem = undefined;
    this.history = 'loading';
  }

  /** When the server has just come back there is no reason to sit out a long pause. */
  #hasten() {
    const up = this.#server.state === 'up';
    if (up && this.#wasAway) this.#link?.retryNow();
    this.#wasAway = !up;
  }

  #open(port) {
    const { app, group } = this.#room;
    const link = new MqttLink({
      host: location.hostname,
      port,
      secure: location.protocol === 'https:',
      username: `${app}/${this.user}`,
      topic: `$group/${group}`,
    }, {
      onMessage: (bytes) => this.#takeEvent(bytes),
      onUp: () => this.#catchUp(),
    });
    this.#link = link;
    link.watch(() => this.changed());
    link.open();
  }

  async #catchUp() {
    const conversation = this.#conversation;
    this.#lastSeq = undefined;
    conversation.renew();
    if (await this.#read(() => this.#pages.newest())) conversation.dropDoubtful();
    this.changed();
  }

  /** Takes the messages that `ask` gets; false when they could not be got. */
  async #read(ask) {
    const conversation = this.#conversation;
    let problem;
    try {
      for (const message of await ask()) conversation.take(message);
    } catch (failure) {
      const reason = failure.text ?? { key: 'reason.unreadable', values: {} };
      problem = { key: 'problem.history', values: { reason } };
    }
    if (conversation === this.#conversation) {
      this.#dataProblem = problem;
      this.history = problem ? 'failed' : 'known';
      this.changed();
    }
    return !problem;
  }

  #takeEvent(bytes) {
    const event = readEvent(bytes);
    if (!event) {
      this.#dataProblem = { key: 'problem.feed', values: {} };
      this.changed();
      return;
    }
    if (event.message) this.#conversation.take(event.message);
    const last = this.#lastSeq;
    this.#lastSeq = event.seq;
    if (last !== undefined && event.seq !== last && event.seq !== last + 1) this.#catchUp();
    this.changed();
  }

  #whoAndWhere() {
    return {
      app: this.#room.app,
      group: this.#room.group,
      user: this.user,
      address: `${location.hostname}:${this.#port}`,
    };
  }
}

/** An event of the feed, or undefined when it is not one. */
function readEvent(bytes) {
  try {
    const event = JSON.parse(decoder.decode(bytes));
    return typeof event?.seq === 'number' ? event : undefined;
  } catch {
    return undefined;
  }
}
