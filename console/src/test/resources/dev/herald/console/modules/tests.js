// Tests of the page's modules that need no server; run by ConsoleModulesIT in a real browser.

import { Conversation } from '../js/chat/conversation.js';
import { History } from '../js/chat/history.js';
import { pauseMs } from '../js/chat/mqtt-link.js';
import { isId, Room } from '../js/chat/room.js';
import { EventLog, ROWS_MAX } from '../js/groups/event-log.js';
import { isName } from '../js/groups/group-api.js';
import { GroupWatch } from '../js/groups/group-watch.js';
import { Listing } from '../js/server/listing.js';
import { Resource } from '../js/server/resource.js';
import { figuresOf, perSecond } from '../js/server/figures.js';
import { Samples } from '../js/server/prometheus.js';
import { size, span } from '../js/text/format.js';
import { language, sentence, t } from '../js/text/language.js';

const NOW = Date.now();

function equal(actual, expected) {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value) ?? 'undefined');
  if (a !== b) throw new Error(`expected ${b} but was ${a}`);
}

function message(seq, userId, content, more = {}) {
  return {
    messageId: String(1000 + seq), userId, content, createTime: NOW + seq, status: 1,
    recallCause: null, seq, ...more,
  };
}

const shown = (conversation) => conversation.entries
  .map((entry) => `${entry.seq ?? '-'} ${entry.userId} ${entry.content} ${entry.state}`);

/** A fetch over `total` stored messages that answers as the contract says, and what was asked. */
function answering(total) {
  const asked = [];
  globalThis.fetch = async (path) => {
    const query = new URL(path, location.href).searchParams;
    const page = Math.max(1, Number(query.get('pageNum')));
    const pageSize = Number(query.get('pageSize'));
    asked.push(page);
    const all = Array.from({ length: total }, (_, index) => message(index + 1, 'alice', 'x'));
    const pageMessageList = all.slice((page - 1) * pageSize, page * pageSize);
    return Response.json({ success: true, code: 0, message: 'success', data: { total, pageMessageList } });
  };
  return asked;
}

const created = (seq, more = {}) => ({ event: 'create', seq, message: message(seq, 'alice', 'x', more) });
const recalled = (seq, of) => ({
  event: 'recall', seq, by: 'bob', message: message(of, 'alice', '', { status: 0, recallTime: NOW + seq }),
});
const notice = (seq) => ({
  event: 'notice', seq, notice: { informationId: '9', userId: 'bob', title: 't', createTime: NOW + seq, status: 1, seq },
});
const rowsOf = (log) => log.rows.map(({ seq, kind, message: of }) => `${seq} ${kind} ${of?.content ?? '-'}`);

/** A fetch over a group with events 1 to `last`, of which those up to `gone` are not kept. */
function following(last, gone = 0) {
  const asked = [];
  const answer = (path, query) => {
    if (path.endsWith('/notices')) return { notices: [], before: null };
    if (path.endsWith('/messages')) return { messages: [message(last, 'alice', 'x')], before: null, after: null };
    const [after, limit] = ['after', 'limit'].map((name) => Number(query.get(name)));
    asked.push([after, limit]);
    const events = [];
    for (let seq = Math.max(after, gone) + 1; seq <= last && events.length < limit; seq += 1) events.push(created(seq));
    return { events, next: events.at(-1)?.seq ?? after };
  };
  globalThis.fetch = async (path, { signal }) => {
    const { pathname, searchParams } = new URL(path, location.href);
    if (searchParams.get('wait') > 0) {
      return new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); });
    }
    return Response.json(answer(pathname, searchParams));
  };
  return asked;
}

const until = (observable, holds) => new Promise((resolve) => {
  const stop = observable.watch(() => {
    if (!holds()) return;
    stop();
    resolve();
  });
});

const tests = {
  log_events_areInOrderAndTakenOnce() {
    const log = new EventLog();
    [created(3), created(1), notice(2), created(3)].forEach((event) => log.take(event));
    equal(rowsOf(log), ['1 create x', '2 notice -', '3 create x']);
  },

  log_recall_isARowAndTakesTheTextAway() {
    const log = new EventLog();
    [created(1), created(2), recalled(3, 1)].forEach((event) => log.take(event));
    equal(rowsOf(log), ['1 create ', '2 create x', '3 recall ']);
    equal(log.rows[2].userId, 'bob');
  },

  log_filter_takesWhatMatches_andItsRecall() {
    const log = new EventLog({ user: 'alice', from: NOW + 2, to: NOW + 4 });
    [created(1), created(2), created(3), created(4), notice(5), recalled(6, 2)].forEach((event) => log.take(event));
    equal(rowsOf(log), ['2 create ', '3 create x']);
  },

  log_isBounded() {
    const log = new EventLog();
    for (let seq = 1; seq <= ROWS_MAX; seq += 1) log.take(created(seq));
    equal([log.shorten(), log.rows.length], [false, ROWS_MAX]);
    log.take(created(ROWS_MAX + 1));
    equal([log.shorten(), log.rows.length, log.rows[0].seq], [true, ROWS_MAX, 2]);
  },

  async watch_showsTheLatestEvents_thenEarlierOnes_eachOnce() {
    const asked = following(120);
    const watch = new GroupWatch('a', 'g');
    await until(watch, () => watch.state === 'live');
    equal([watch.rows[0].seq, watch.rows.length, watch.hasEarlier, watch.last], [71, 50, true, 120]);
    await watch.loadEarlier();
    await watch.loadEarlier();
    equal([watch.rows[0].seq, watch.rows.length, watch.hasEarlier], [1, 120, false]);
    equal(asked, [[70, 200], [120, 200], [20, 50], [0, 20]]);
    watch.close();
  },

  async watch_whatIsKeptNoLonger_isTheBeginning() {
    following(120, 60);
    const watch = new GroupWatch('a', 'g');
    await until(watch, () => watch.state === 'live');
    await watch.loadEarlier();
    equal([watch.rows[0].seq, watch.hasEarlier], [61, true]);
    await watch.loadEarlier();
    equal([watch.rows[0].seq, watch.hasEarlier], [61, false]);
    watch.close();
  },

  async watch_refusal_saysWhy_andTriesAgain() {
    globalThis.fetch = async () => Response.json({ detail: 'the store is away' }, { status: 503 });
    const watch = new GroupWatch('a', 'g');
    await until(watch, () => watch.state === 'waiting');
    equal(watch.problem, { key: 'reason.said', values: { message: 'the store is away' } });
    following(1);
    watch.retryNow();
    await until(watch, () => watch.state === 'live');
    equal([watch.problem, watch.rows.length], [undefined, 1]);
    watch.close();
  },

  async listing_isReadPageByPage_andWholeWhenItIsReadAnew() {
    const asked = [];
    globalThis.fetch = async (path) => {
      const query = new URL(path, location.href).searchParams;
      asked.push(query.toString());
      const from = Number(query.get('after') ?? 0);
      const items = Array.from({ length: Math.min(Number(query.get('limit')), 70 - from) }, (_, i) => from + i);
      const next = from + items.length;
      return Response.json({ items, after: next < 70 ? String(next) : null });
    };
    const listing = new Listing('/list', 'items', { q: 'a&b' });
    await until(listing, () => listing.state === 'ready');
    equal([listing.items.length, listing.hasMore], [50, true]);
    await listing.more();
    equal([listing.items.at(-1), listing.items.length, listing.hasMore], [69, 70, false]);
    await listing.read();
    equal([listing.items.length, listing.hasMore], [70, false]);
    equal(asked, ['q=a%26b&limit=50', 'q=a%26b&limit=50&after=50', 'q=a%26b&limit=70']);
  },

  async listing_refusal_saysWhy_andKeepsWhatWasRead() {
    globalThis.fetch = async () => Response.json({ items: [1], after: null });
    const listing = new Listing('/list', 'items');
    await until(listing, () => listing.state === 'ready');
    globalThis.fetch = async () => Response.json({ detail: 'stopping' }, { status: 503 });
    await listing.read();
    equal([listing.state, listing.items], ['failed', [1]]);
    equal(listing.problem, { key: 'reason.said', values: { message: 'stopping' } });
  },

  async resource_thatIsNotThere_isGone_andNoProblem() {
    globalThis.fetch = async () => Response.json({ detail: 'there is no such client' }, { status: 404 });
    const resource = new Resource('/one');
    await until(resource, () => resource.state === 'gone');
    equal([resource.document, resource.problem], [undefined, undefined]);
  },

  name_isWhatAnAddressCanCarry() {
    equal(['lobby', 'a/b', '+#?%', '群', '\u{1F600}'.repeat(127)].map(isName), Array(5).fill(true));
    equal(['', '.', '..', 'x'.repeat(128), 'a\0', '\ud800'].map(isName), Array(6).fill(false));
  },

  samples_sumOverLabels_isOverThoseThatMatch() {
    const samples = Samples.parse('# HELP a x\n# TYPE a counter\na{k="v 1}",o="\\"q\\""} 2\n'
      + 'a{k="w"} 3.5e1 1700000000\nb 7\nnan NaN\ninf +Inf\nbroken{ 1\n');
    equal(samples.sum(['a']), 37);
    equal(samples.sum(['a'], { k: 'v 1}' }), 2);
    equal(samples.sum(['a'], { o: '"q"' }), 2);
    equal(samples.sum(['absent', 'b']), 7);
  },

  samples_nothingReported_isAbsentAndNotZero() {
    const samples = Samples.parse('nan NaN\nzero 0\n');
    equal(samples.sum(['nan']), undefined);
    equal(samples.sum(['other']), undefined);
    equal(samples.sum(['zero']), 0);
    equal(figuresOf(samples).connections, undefined);
  },

  rate_needsTwoReadingsOfACounterThatGrew() {
    equal(perSecond(10, 30, 2000), 10);
    equal(perSecond(10, 10, 2000), 0);
    equal(perSecond(undefined, 30, 2000), undefined);
    equal(perSecond(10, undefined, 2000), undefined);
    equal(perSecond(30, 10, 2000), undefined);
  },

  conversation_ownMessage_becomesTheFeedsCopyWhicheverComesFirst() {
    for (const ackFirst of [true, false]) {
      const conversation = new Conversation('alice');
      const entry = conversation.say('hi');
      equal(shown(conversation), ['- alice hi sent']);
      if (ackFirst) {
        conversation.acknowledged(entry);
        equal(shown(conversation), ['- alice hi stored']);
      }
      conversation.take(message(1, 'alice', 'hi'));
      if (!ackFirst) conversation.acknowledged(entry);
      equal(shown(conversation), ['1 alice hi stored']);
    }
  },

  conversation_equalTexts_areMatchedOneByOne() {
    const conversation = new Conversation('alice');
    conversation.say('hi');
    conversation.say('hi');
    conversation.take(message(1, 'alice', 'hi'));
    equal(shown(conversation), ['1 alice hi stored', '- alice hi sent']);
    conversation.take(message(2, 'alice', 'hi'));
    equal(shown(conversation), ['1 alice hi stored', '2 alice hi stored']);
  },

  conversation_oldMessageOfTheSameText_isNotTakenForTheNewOne() {
    const conversation = new Conversation('alice');
    conversation.say('hi');
    conversation.take(message(1, 'alice', 'hi', { createTime: NOW - 3_600_000 }));
    equal(shown(conversation), ['1 alice hi stored', '- alice hi sent']);
  },

  conversation_someoneElsesText_isNotMine() {
    const conversation = new Conversation('alice');
    conversation.say('hi');
    conversation.take(message(1, 'bob', 'hi'));
    equal(shown(conversation), ['1 bob hi stored', '- alice hi sent']);
  },

  conversation_feedBeforeHistory_isOrderedAndTakenOnce() {
    const conversation = new Conversation('alice');
    conversation.take(message(3, 'bob', 'c'));
    for (const seq of [1, 2, 3]) conversation.take(message(seq, 'bob', 'abc'[seq - 1]));
    equal(shown(conversation), ['1 bob a stored', '2 bob b stored', '3 bob c stored']);
  },

  conversation_recall_takesTheTextAway() {
    const conversation = new Conversation('alice');
    conversation.take(message(1, 'bob', 'oops'));
    conversation.take(message(1, 'bob', '', { status: 0, recallCause: 'typo' }));
    const [entry] = conversation.entries;
    equal([entry.content, entry.recalled, entry.cause], ['', true, 'typo']);
  },

  conversation_connectionLost_leavesOnlyUnansweredOnesUnconfirmed() {
    const conversation = new Conversation('alice');
    const answered = conversation.say('a');
    const open = conversation.say('b');
    conversation.acknowledged(answered);
    conversation.unconfirmed(answered);
    conversation.unconfirmed(open);
    equal(shown(conversation), ['- alice a stored', '- alice b unconfirmed']);
    conversation.remove(open);
    equal(shown(conversation), ['- alice a stored']);
  },

  conversation_unconfirmedMessageFoundInTheHistory_isStored() {
    const conversation = new Conversation('alice');
    conversation.unconfirmed(conversation.say('hi'));
    conversation.take(message(1, 'alice', 'hi'));
    equal(shown(conversation), ['1 alice hi stored']);
  },

  conversation_renewal_dropsWhatIsNoLongerThere() {
    const conversation = new Conversation('alice');
    conversation.take(message(1, 'bob', 'gone'));
    conversation.renew();
    conversation.take(message(2, 'bob', 'here'));
    conversation.dropDoubtful();
    equal(shown(conversation), ['2 bob here stored']);
  },

  async history_fewMessages_areOneRequest() {
    const asked = answering(50);
    const history = new History('demo', 'lobby');
    equal((await history.newest()).length, 50);
    equal([asked, history.hasEarlier], [[1], false]);
  },

  async history_manyMessages_areTheLastPagesAndThenEarlierOnes() {
    const asked = answering(151);
    const history = new History('demo', 'lobby');
    equal((await history.newest()).map(({ seq }) => seq).filter((_, i) => i % 50 === 0), [101, 151]);
    equal([asked, history.hasEarlier], [[1, 3, 4], true]);
    equal((await history.earlier())[0].seq, 51);
    equal((await history.earlier())[0].seq, 1);
    equal(history.hasEarlier, false);
  },

  async history_refusal_saysWhatTheServerSaid() {
    globalThis.fetch = async () => Response.json(
      { success: false, code: -1, message: 'the store is away', data: null }, { status: 503 });
    const failure = await new History('demo', 'lobby').newest().catch((thrown) => thrown);
    equal(failure.text, { key: 'reason.said', values: { message: 'the store is away' } });
  },

  pause_isDoubledUpToABound() {
    equal([1, 2, 3, 6, 40].map((attempt) => pauseMs(attempt, 1)), [500, 1000, 2000, 15_000, 15_000]);
    equal(pauseMs(1, 0), 400);
  },

  id_isWhatATopicCanCarry() {
    equal(['lobby', '群', 'a b', 'x'.repeat(127)].map(isId), [true, true, true, true]);
    equal(['', 'a/b', '+', 'a#', 'x'.repeat(128), 'a\nb'].map(isId), Array(6).fill(false));
  },

  room_remembersItsNames() {
    const room = new Room();
    let changes = 0;
    room.watch(() => { changes += 1; });
    equal([room.rename('group', ' ops '), room.rename('left', 'a/b'), changes], [true, false, 1]);
    equal([new Room().group, new Room().user('left')], ['ops', 'alice']);
  },

  language_choice_isRememberedAndSpoken() {
    language.choose('zh');
    equal([t('chat.send'), document.documentElement.lang, document.title], ['发送', 'zh-CN', 'Herald 控制台']);
    language.choose('en');
    equal(sentence({ key: 'problem.history', values: { reason: { key: 'reason.status', values: { status: 500 } } } }),
      'The history could not be loaded: the server answered 500.');
    equal(localStorage.getItem('herald.console.language'), '"en"');
  },

  format_sizesAndSpans() {
    equal([size(999), size(1_048_576), size(5_368_709_120)],
      [{ value: '999', unit: 'B' }, { value: '1', unit: 'MB' }, { value: '5', unit: 'GB' }]);
    equal([0, 59_999, 3_600_000, 187_000_000].map(span), ['0s', '59s', '1h 0m', '2d 3h']);
  },
};

const askServer = globalThis.fetch;
const report = [];
for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    report.push(`ok ${name}`);
  } catch (failure) {
    report.push(`FAILED ${name}: ${failure.message}`);
  }
}
await askServer('/report', { method: 'POST', body: report.join('\n') });
