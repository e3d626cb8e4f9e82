import { pauseMs } from '../chat/mqtt-link.js';
import { Observable } from '../observable.js';
import { problemOf } from '../server/http.js';
import { EventLog } from './event-log.js';
import { GroupApi, NOTICES_MAX } from './group-api.js';

const PAGE = 50;
const FEED_PAGE = 200;
const WAIT_SECONDS = 25;

/**
 * One group as it is and as it goes on: the latest events first, earlier ones when they are asked
 * for, and every new one as it happens, by asking the server for what comes after the last number
 * known. With a filter: the messages and notices that match. Made for one group and filter, closed
 * when another one is wanted.
 */
export class GroupWatch extends Observable {
  /** loading | live | waiting: for the next attempt, after a problem | closed */
  state = 'loading';
  /** What went wrong last: {key, values}, or undefined while all is well. */
  problem;
  /** While waiting: the wall-clock time of the next attempt, in ms. */
  retryAt = 0;
  /** Whether there is something before the first row. */
  hasEarlier = false;
  /** How many messages match the filter, when there is one and they were counted. */
  total;
  /** Whether not all notices that match are shown. */
  noticesCut = false;

  #api;
  #filter;
  #log;
  #next = 0;
  #oldestPage = 1;
  #attempt = 0;
  #begun = false;
  #ending = new AbortController();
  #timer;

  constructor(app, group, filter = {}) {
    super();
    this.#api = new GroupApi(app, group);
    this.#filter = filter;
    this.#log = new EventLog(filter);
    this.#run();
  }

  get api() { return this.#api; }

  get rows() { return this.#log.rows; }

  get isFiltered() { return this.#log.isFiltered; }

  /** The number of the group's last event known. */
  get last() { return this.#next; }

  close() {
    clearTimeout(this.#timer);
    this.#ending.abort();
    this.state = 'closed';
  }

  /** Tries at once instead of waiting for the end of the pause. */
  retryNow() {
    if (this.state !== 'waiting') return;
    clearTimeout(this.#timer);
    this.#run();
  }

  async loadEarlier() {
    const { signal } = this.#ending;
    try {
      await (this.isFiltered ? this.#earlierPage(signal) : this.#earlierEvents(signal));
      this.problem = undefined;
    } catch (failure) {
      this.problem = problemOf(failure);
    }
    if (!signal.aborted) this.changed();
  }

  /** Lets go of the oldest rows when there are very many; not while somebody reads them. */
  shorten() {
    if (!this.isFiltered && this.#log.shorten()) this.hasEarlier = true;
  }

  async #run() {
    const { signal } = this.#ending;
    try {
      if (!this.#begun) await this.#begin(signal);
      while (!signal.aborted) {
        this.#become('live');
        await this.#follow(signal, WAIT_SECONDS);
      }
    } catch (failure) {
      if (!signal.aborted) this.#pause(failure);
    }
  }

  /** What is found is as of a number, and from that number on the feed tells the rest. */
  async #begin(signal) {
    const near = await this.#api.nearLast(signal);
    this.#next = this.isFiltered ? near : Math.max(0, near - PAGE);
    if (this.isFiltered) await this.#search(signal);
    while (await this.#follow(signal, 0));
    const first = this.#log.rows[0];
    if (!this.isFiltered) this.hasEarlier = first !== undefined && first.seq > 1;
    this.#begun = true;
  }

  async #follow(signal, waitSeconds) {
    const { events, next } = await this.#api.events(this.#next,
      { limit: FEED_PAGE, waitSeconds, signal });
    for (const event of events) this.#log.take(event);
    this.#next = next;
    return events.length > 0;
  }

  async #search(signal) {
    const [first, notices] = await Promise.all([
      this.#api.messages(this.#filter, 1, PAGE, signal), this.#api.notices(this.#filter, signal)]);
    this.total = first.total + notices.total;
    this.noticesCut = notices.total > NOTICES_MAX;
    this.#oldestPage = Math.max(1, Math.ceil(first.total / PAGE)) + 1;
    notices.pageInformationList.forEach((notice) => this.#log.takeNotice(notice));
    if (this.#oldestPage === 2) {
      this.#takePage(first);
      return;
    }
    await this.#earlierPage(signal);
    if (first.total % PAGE !== 0) await this.#earlierPage(signal);
  }

  async #earlierPage(signal) {
    this.#takePage(await this.#api.messages(this.#filter, this.#oldestPage - 1, PAGE, signal));
  }

  #takePage({ pageMessageList }) {
    pageMessageList.forEach((message) => this.#log.takeMessage(message));
    this.#oldestPage -= 1;
    this.hasEarlier = this.#oldestPage > 1;
  }

  /** Of numbers without a gap the page before is known; what is kept no longer is not in it. */
  async #earlierEvents(signal) {
    const first = this.#log.rows[0].seq;
    const from = Math.max(0, first - 1 - PAGE);
    const { events } = await this.#api.events(from, { limit: first - 1 - from, signal });
    const earlier = events.filter(({ seq }) => seq < first);
    for (const event of earlier) this.#log.take(event);
    this.hasEarlier = from > 0 && earlier.length > 0;
  }

  #pause(failure) {
    this.#attempt += 1;
    const pause = pauseMs(this.#attempt);
    this.retryAt = Date.now() + pause;
    this.#timer = setTimeout(() => this.#run(), pause);
    this.#become('waiting', problemOf(failure));
  }

  #become(state, problem) {
    if (state === 'live') this.#attempt = 0;
    this.state = state;
    this.problem = problem;
    this.changed();
  }
}
