// The stored messages of a group, page by page from the newest page backwards. Pages are counted
// from the oldest message, so a page that is full never changes its members.

import { fetchData } from '../server/http.js';

const PAGE_SIZE = 50;
/** Later than any message: the last millisecond of the year 9999. */
const END_OF_TIME_MS = 253_402_300_799_999;

export class History {
  #app;
  #group;
  #oldestPage = 1;

  constructor(app, group) {
    this.#app = app;
    this.#group = group;
  }

  get hasEarlier() {
    return this.#oldestPage > 1;
  }

  /** The newest messages, ascending: the last page, with the one before it when it is short. */
  async newest() {
    const first = await this.#page(1);
    const last = Math.max(1, Math.ceil(first.total / PAGE_SIZE));
    this.#oldestPage = 1;
    if (last === 1) return first.pageMessageList;
    const from = first.total % PAGE_SIZE === 0 ? last : last - 1;
    const pages = [];
    for (let page = from; page <= last; page += 1) pages.push(await this.#page(page));
    this.#oldestPage = from;
    return pages.flatMap((page) => page.pageMessageList);
  }

  /** The page before the oldest one read so far, ascending. */
  async earlier() {
    const page = await this.#page(this.#oldestPage - 1);
    this.#oldestPage -= 1;
    return page.pageMessageList;
  }

  #page(pageNum) {
    const query = new URLSearchParams({
      appId: this.#app,
      groupId: this.#group,
      startTime: 0,
      endTime: END_OF_TIME_MS,
      pageNum,
      pageSize: PAGE_SIZE,
    });
    return fetchData(`/chat/message/findByGroupId?${query}`);
  }
}
