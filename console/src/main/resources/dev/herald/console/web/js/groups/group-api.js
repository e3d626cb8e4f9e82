// What the page asks and tells the server about one group.

import { fetchData, fetchJson } from '../server/http.js';

/** The most notices that a search is given. */
export const NOTICES_MAX = 1000;

/** Later than any event: the last millisecond of the year 9999. */
export const END_OF_TIME_MS = 253_402_300_799_999;

/** The server is given this much longer to answer than it was asked to wait. */
const ANSWER_MS = 10_000;

/** An id of the contract that can be a level of an address: browsers resolve . and .. away. */
export function isName(text) {
  const characters = [...text].length;
  return characters >= 1 && characters <= 127 && text.isWellFormed() && !text.includes('\0')
    && text !== '.' && text !== '..';
}

/** An id of the page's own for one thing to be kept: a retry with it makes no second one. */
export function newClientMessageId() {
  return `console-${crypto.getRandomValues(new Uint32Array(4)).join('-')}`;
}

export class GroupApi {
  #base;
  #app;
  #group;

  constructor(app, group) {
    this.#app = app;
    this.#group = group;
    this.#base = `/v1/apps/${encodeURIComponent(app)}/groups/${encodeURIComponent(group)}`;
  }

  /** The events after a number, ascending; waits as long for the next one if there is none. */
  events(after, { limit, waitSeconds = 0, signal } = {}) {
    const query = new URLSearchParams({ after, limit, wait: waitSeconds });
    return fetchJson(`${this.#base}/events?${query}`,
      { signal, timeoutMs: waitSeconds * 1000 + ANSWER_MS });
  }

  /** A number that the group has reached, and that is near its last: 0 for an empty group. */
  async nearLast(signal) {
    const [{ messages }, { notices }] = await Promise.all([
      fetchJson(`${this.#base}/messages?limit=1`, { signal }),
      fetchJson(`${this.#base}/notices?limit=1`, { signal }),
    ]);
    return Math.max(0, ...messages.map(({ seq }) => seq), ...notices.map(({ seq }) => seq));
  }

  /** A page of the messages of a search: {total, pageMessageList}. */
  messages(filter, pageNum, pageSize, signal) {
    return fetchData(this.#find('/chat/message', filter, pageNum, pageSize), { signal });
  }

  /** The latest notices of a search: {total, pageInformationList}. */
  notices(filter, signal) {
    return fetchData(this.#find('/notice/information', filter, 1, NOTICES_MAX), { signal });
  }

  ledger(messageId) {
    return fetchJson(`${this.#base}/messages/${messageId}/ledger`);
  }

  send(draft) {
    return fetchJson(`${this.#base}/messages`, { method: 'POST', body: draft, timeoutMs: ANSWER_MS });
  }

  recall(messageId, userId, recallCause) {
    return fetchJson(`${this.#base}/messages/${messageId}/recall`,
      { method: 'POST', body: { userId, recallCause }, timeoutMs: ANSWER_MS });
  }

  publish(draft) {
    return fetchJson(`${this.#base}/notices`, { method: 'POST', body: draft, timeoutMs: ANSWER_MS });
  }

  deleteNotice(noticeId, userId) {
    const query = new URLSearchParams({ userId });
    return fetchJson(`${this.#base}/notices/${noticeId}?${query}`,
      { method: 'DELETE', timeoutMs: ANSWER_MS });
  }

  #find(collection, { user, from, to }, pageNum, pageSize) {
    const query = new URLSearchParams({
      appId: this.#app,
      groupId: this.#group,
      ...(user ? { userId: user } : {}),
      startTime: from ?? 0,
      endTime: to ?? END_OF_TIME_MS,
      pageNum,
      pageSize,
    });
    return `${collection}/${user ? 'findByGroupIdAndUserId' : 'findByGroupId'}?${query}`;
  }
}
