// What the page shows of a group: rows in the order of their numbers. Without a filter each event is
// a row; with one, the messages and notices that match are. A withdrawal takes the text of what it
// withdraws away, wherever that is shown.

/** As many rows are kept while nobody looks at the oldest ones. */
export const ROWS_MAX = 1000;

export class EventLog {
  #rows = [];
  #filter;

  /** `filter` is {user, from, to}, each of which may be undefined. */
  constructor(filter = {}) {
    this.#filter = filter;
  }

  /** {key, kind, seq, at, userId, message or notice}, ascending. */
  get rows() {
    return this.#rows;
  }

  get isFiltered() {
    return Object.values(this.#filter).some((value) => value !== undefined);
  }

  /** Takes an event of the feed; one that is here already is left as it is. */
  take(event) {
    this.#withdraw(event);
    const row = rowOf(event);
    if (this.isFiltered && !(isCreation(event) && this.#matches(row))) return;
    this.#insert(row);
  }

  takeMessage(message) {
    this.#insert(rowOf({ event: 'create', seq: message.seq, message }));
  }

  takeNotice(notice) {
    this.#insert(rowOf({ event: 'notice', seq: notice.seq, notice }));
  }

  /** Drops the oldest rows beyond the bound; returns whether there were any. */
  shorten() {
    const surplus = this.#rows.length - ROWS_MAX;
    if (surplus > 0) this.#rows = this.#rows.slice(surplus);
    return surplus > 0;
  }

  #matches({ userId, at }) {
    const { user, from, to } = this.#filter;
    return (user === undefined || user === userId) && at >= (from ?? 0) && at < (to ?? Infinity);
  }

  #insert(row) {
    const before = this.#rows.findLastIndex((other) => other.seq <= row.seq);
    if (before >= 0 && this.#rows[before].seq === row.seq) return;
    this.#rows = this.#rows.toSpliced(before + 1, 0, row);
  }

  #withdraw({ event, message, notice }) {
    const [what, withdrawn] = event === 'recall' ? ['message', message]
      : event === 'deleteNotice' ? ['notice', notice] : [];
    if (!what) return;
    this.#rows = this.#rows.map((row) => (
      row[what]?.seq === withdrawn.seq ? { ...row, [what]: withdrawn } : row));
  }
}

function isCreation({ event }) {
  return event === 'create' || event === 'notice';
}

function rowOf({ event, seq, by, message, notice }) {
  const of = { key: seq, kind: event, seq, message, notice };
  switch (event) {
    case 'create': return { ...of, at: message.createTime, userId: message.userId };
    case 'recall': return { ...of, at: message.recallTime, userId: by };
    case 'notice': return { ...of, at: notice.createTime, userId: notice.userId };
    default: return { ...of, at: notice.deleteTime, userId: by };
  }
}
