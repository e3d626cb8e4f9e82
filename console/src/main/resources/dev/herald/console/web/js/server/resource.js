import { Observable } from '../observable.js';
import { fetchJson, problemOf } from './http.js';

/** One thing that the server tells about, as it was when it was read last. */
export class Resource extends Observable {
  /** loading | ready | gone: there is no such thing | failed */
  state = 'loading';
  /** What the server told last, or undefined. */
  document;
  /** What went wrong last: {key, values}, or undefined while all is well. */
  problem;

  #path;
  #busy = false;
  #ending = new AbortController();

  constructor(path) {
    super();
    this.#path = path;
    this.read();
  }

  close() {
    this.#ending.abort();
  }

  async read() {
    const { signal } = this.#ending;
    if (this.#busy || signal.aborted) return;
    this.#busy = true;
    try {
      this.document = await fetchJson(this.#path, { signal });
      this.problem = undefined;
      this.state = 'ready';
    } catch (failure) {
      this.state = failure.status === 404 ? 'gone' : 'failed';
      this.problem = this.state === 'gone' ? undefined : problemOf(failure);
    }
    this.#busy = false;
    if (!signal.aborted) this.changed();
  }
}
