// Which app, group and users the two panes talk as; kept between visits.

import { Observable } from '../observable.js';
import { remember, remembered } from '../remembered.js';

const DEFAULTS = { app: 'demo', group: 'lobby', left: 'alice', right: 'bob' };

/** Ids as the contract allows them, without the characters that would change a topic's meaning. */
export function isId(text) {
  // eslint-disable-next-line no-control-regex
  return text.length >= 1 && text.length <= 127 && !/[/+#\u0000-\u001f]/.test(text);
}

export class Room extends Observable {
  #names = { ...DEFAULTS, ...remembered('room', {}) };

  get app() { return this.#names.app; }

  get group() { return this.#names.group; }

  /** The user of a pane: side is left or right. */
  user(side) { return this.#names[side]; }

  /** Changes one of app, group, left, right. False, and nothing changed, when it is no id. */
  rename(what, text) {
    const name = text.trim();
    if (!isId(name)) return false;
    if (name !== this.#names[what]) {
      this.#names = { ...this.#names, [what]: name };
      remember('room', this.#names);
      this.changed();
    }
    return true;
  }
}
