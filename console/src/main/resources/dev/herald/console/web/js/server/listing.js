import { Observable } from '../observable.js';
import { fetchJson, problemOf } from './http.js';

const PAGE = 50;
const PAGE_MAX = 1000;

/** A list that the server gives page by page: the first page, and further ones when they are asked for. */
export class Listing extends Observable {
  /** loading | ready | failed */
  state = 'loading';
  items = [];
  hasMore = false;
  /** What went wrong last: {key, values}, or undefined while all is well. */
  problem;

  #path;
  #field;
  #query;
  #after;
  #busy = false;
  #ending = new AbortController();

  /** `field` is what the items are called in the answer, `query` what they are searched by. */
  constructor(path, field, query = {}) {
    super();
    this.#path = path;
    this.#field = field;
    this.#query = query;
    this.read();
  }

  close() {
    this.#ending.abort();
  }

  /** Reads what is shown anew. */
  read() {
    const limit = Math.min(PAGE_MAX, Math.max(PAGE, this.items.length));
    return this.#ask({ limit }, (items) => items);
  }

  /** Reads the next page. */
  more() {
    return this.#ask({ limit: PAGE, after: this.#after }, (items) => [...this.items, ...items]);
  }

  async #ask(page, take) {
    const { signal } = this.#ending;
    if (this.#busy || signal.aborted) return;
    this.#busy = true;
    try {
      const query = new URLSearchParams({ ...this.#query, ...page });
      const answer = await fetchJson(`${this.#path}?${query}`, { signal });
      this.items = take(answer[this.#field]);
      this.#after = answer.after ?? undefined;
      this.hasMore = this.#after !== undefined;
      this.problem = undefined;
      this.state = 'ready';
    } catch (failure) {
      this.problem = problemOf(failure);
      this.state = 'failed';
    }
    this.#busy = false;
    if (!signal.aborted) this.changed();
  }
}
