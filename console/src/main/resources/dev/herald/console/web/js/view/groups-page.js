import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { isName } from '../groups/group-api.js';
import { GroupWatch } from '../groups/group-watch.js';
import { remember, remembered } from '../remembered.js';
import { route } from '../route.js';
import { problemOf } from '../server/http.js';
import { Listing } from '../server/listing.js';
import { count, moment } from '../text/format.js';
import { sentence, t } from '../text/language.js';
import { back, field, halves, list, nothingChosen } from './browse.js';
import { daysAndEvents } from './event-list.js';
import './event-composer.js';
import { Every } from './every.js';
import { LightElement } from './light-element.js';
import { nameField } from './name-field.js';
import { StickToEnd } from './stick-to-end.js';

const READ_MS = 5000;
/** As many characters of a group's last message are drawn at most; fewer have room. */
const SNIPPET = 120;
const NO_FILTER = { user: '', from: '', to: '' };

/** The groups: which one, what happened in it, and what the operator does there. */
class GroupsPage extends LightElement {
  static properties = {
    wanted: { state: true }, filter: { state: true }, filterProblem: { state: true },
    filtering: { state: true },
    asked: { state: true }, opened: { state: true }, user: { state: true }, refused: { state: true },
  };

  watch;
  #stop;
  #groups;
  #listed;
  #place;
  #stick = new StickToEnd(this);

  constructor() {
    super();
    this.wanted = { app: route.lastApp, group: route.item ?? '' };
    this.filter = NO_FILTER;
    this.opened = new Set();
    this.user = remembered('groups.user', 'operator');
    this.follow(route);
    new Every(this, READ_MS, () => this.#groups?.read());
  }

  disconnectedCallback() {
    this.#close();
    this.#groups?.close();
    super.disconnectedCallback();
  }

  willUpdate() {
    if (route.view !== 'groups') return;
    this.#listGroups(route.lastApp);
    const place = JSON.stringify([route.app, route.item]);
    if (place === this.#place) return;
    this.#place = place;
    this.filter = NO_FILTER;
    this.#close();
    this.wanted = { app: route.lastApp, group: route.item ?? '' };
    if (route.item !== undefined) this.#open({});
  }

  #listGroups(app) {
    if (app === this.#listed) return;
    this.#listed = app;
    this.#groups?.close();
    this.#groups = new Listing(`/v1/apps/${encodeURIComponent(app)}/groups`, 'groups');
    this.#groups.watch(() => this.requestUpdate());
  }

  render() {
    return halves(this.watch, this.#picker(), html`
      <section class="card detail feed" aria-labelledby="detail-heading">
        ${this.watch ? this.#feed() : nothingChosen('groups')}
      </section>`);
  }

  updated() {
    this.#stick.attach(this.querySelector('.events'));
    if (!this.watch) return;
    if (this.#stick.atEnd) this.watch.shorten();
    this.#stick.drawn(this.watch, this.watch.rows.at(-1)?.key);
  }

  toggleLedger(seq) {
    this.#stick.stay();
    const opened = new Set(this.opened);
    if (!opened.delete(seq)) opened.add(seq);
    this.opened = opened;
    this.#show(seq);
  }

  /** Asks whether the row is to be withdrawn; nothing goes back to where the question came from. */
  async askToWithdraw(row) {
    const before = this.asked?.seq;
    this.#stick.stay();
    this.asked = row && { seq: row.seq, row, cause: '', busy: false };
    await this.updateComplete;
    if (row) {
      this.querySelector('.confirm input, .confirm button')?.focus();
      this.#show(row.seq);
    } else {
      this.#row(before)?.querySelector('[data-testid=group-event-withdraw]')?.focus();
    }
  }

  async withdraw(event) {
    event.preventDefault();
    const { asked, watch } = this;
    if (asked.busy) return;
    this.#ask(asked, { busy: true, problem: undefined });
    try {
      await (asked.row.kind === 'notice'
        ? watch.api.deleteNotice(asked.row.notice.informationId, this.user)
        : watch.api.recall(asked.row.message.messageId, this.user, asked.cause || null));
      if (this.asked?.seq !== asked.seq) return;
      this.asked = undefined;
      this.#list()?.focus();
    } catch (failure) {
      this.#ask(asked, { busy: false, problem: sentence(problemOf(failure)) });
    }
  }

  #ask(asked, change) {
    if (this.asked?.seq === asked.seq) this.asked = Object.assign({ ...this.asked }, change);
  }

  #open(filter) {
    this.#close();
    this.watch = new GroupWatch(route.app, route.item, filter);
    this.#stop = this.watch.watch(() => this.requestUpdate());
    this.requestUpdate();
  }

  #close() {
    this.#stop?.();
    this.watch?.close();
    this.watch = undefined;
    this.asked = undefined;
    this.opened = new Set();
  }

  #picker() {
    const { app, group } = this.wanted;
    const set = (what) => (value) => { this.wanted = { ...this.wanted, [what]: value }; };
    return html`
      <section class="card pick" aria-labelledby="pick-heading">
        <h2 id="pick-heading">${t('groups.heading')}</h2>
        <form @submit=${(event) => this.#pick(event)}>
          ${field('groups-app', t('chat.app'), app, set('app'))}
          ${field('groups-group', t('chat.group'), group, set('group'))}
          <button class="send" data-testid="groups-open" ?disabled=${!isName(app) || !isNameOrNone(group)}>${
            t(group === '' ? 'groups.list' : 'groups.open')}</button>
        </form>
        ${app !== '' && !(isName(app) && isNameOrNone(group))
          ? html`<p class="problem" role="alert"><span>${t('groups.nameProblem')}</span></p>` : nothing}
        <h3>${t('groups.of', { app: this.#listed })}</h3>
        ${list(this.#groups, { testid: 'group', empty: t('groups.none'), row: (group) => this.#line(group) })}
      </section>`;
  }

  #line({ groupId, seq, updateTime, lastMessage }) {
    return {
      name: groupId,
      href: route.href('groups', this.#listed, groupId),
      current: this.#listed === route.app && groupId === route.item,
      said: updateTime > 0 ? moment(updateTime) : t('groups.last', { seq }),
      more: lastMessage && (lastMessage.status === 0 ? t('chat.withdrawn')
        : `${lastMessage.userId}: ${lastMessage.content.slice(0, SNIPPET)}`),
    };
  }

  #pick(event) {
    event.preventDefault();
    const { app, group } = this.wanted;
    if (isName(app) && isNameOrNone(group)) route.to('groups', app, group === '' ? undefined : group);
  }

  #feed() {
    const { watch } = this;
    return html`
      ${this.#top()} ${this.#filters()} ${this.#problem()}
      <div class="messages-frame">
        <div class="messages events" role="log" tabindex="0" data-testid="group-events"
          data-state=${watch.state} aria-label=${t('groups.events', { group: route.item })}
          aria-busy=${watch.state === 'loading' ? 'true' : 'false'}>
          ${watch.hasEarlier ? html`<button type="button" class="quiet earlier" data-testid="group-earlier"
            @click=${() => this.#stick.holding(() => watch.loadEarlier())}>${t('groups.earlier')}</button>` : nothing}
          ${watch.rows.length > 0 ? html`<ol>${
            repeat(daysAndEvents(watch.rows), (row) => row.key, (row) => row.view(this))}</ol>`
            : this.#empty()}
        </div>
        ${this.#stick.unseen ? html`<button type="button" class="newest" data-testid="group-newest"
          @click=${() => this.#stick.goToEnd()}>${t('groups.newest')} &darr;</button>` : nothing}
      </div>
      <herald-event-composer .api=${watch.api} .user=${this.user} .group=${route.item}
        @sent=${() => this.#stick.goToEnd()}></herald-event-composer>`;
  }

  #top() {
    const { watch } = this;
    const state = { loading: 'connecting', live: 'online', waiting: 'waiting' }[watch.state] ?? 'idle';
    return html`
      <header>
        ${back('groups')}
        <div>
          <h2 id="detail-heading"><bdi>${route.item}</bdi></h2>
          <p class="unit">${t('chat.app')} <bdi>${route.app}</bdi> &middot; ${t('groups.last', { seq: watch.last })}</p>
        </div>
        <label class="name"><span>${t('groups.as')}</span>${nameField({
          testid: 'groups-user',
          value: this.user,
          refused: this.refused,
          rename: (text) => this.#rename(text),
        })}</label>
        <button type="button" class="quiet narrow" data-testid="filter-show" aria-controls="group-filters"
          aria-expanded=${this.filtering ? 'true' : 'false'}
          @click=${() => { this.filtering = !this.filtering; }}>${t('groups.apply')}</button>
        <span class="chip" role="status" data-testid="groups-status" data-state=${state}>
          <i class="dot" aria-hidden="true"></i>${t(watch.state === 'live' ? 'groups.live'
            : state === 'waiting' ? 'link.waitingSaid' : `link.${state}`)}</span>
      </header>`;
  }

  #rename(text) {
    if (!isName(text)) {
      this.refused = text;
      return;
    }
    this.refused = undefined;
    this.user = text;
    remember('groups.user', text);
  }

  #filters() {
    const { filter, watch } = this;
    const set = (what) => (event) => { this.filter = { ...this.filter, [what]: event.target.value }; };
    const time = (what) => html`<label class="name"><span>${t(`groups.${what}`)}</span>
      <input type="datetime-local" step="1" data-testid="filter-${what}" .value=${filter[what]}
        @input=${set(what)}></label>`;
    return html`
      <form class="filters" id="group-filters" data-shown=${this.filtering ? 'true' : nothing} aria-label=${t('groups.filter')} @submit=${(event) => this.#apply(event)}>
        <label class="name"><span>${t('chat.user')}</span>
          <input type="text" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="254"
            data-testid="filter-user" .value=${filter.user} @input=${set('user')}></label>
        ${time('from')} ${time('to')}
        <button class="quiet" data-testid="filter-apply">${t('groups.apply')}</button>
        ${watch.isFiltered ? html`<button type="button" class="quiet" data-testid="filter-clear"
          @click=${() => this.#clear()}>${t('groups.clear')}</button>` : nothing}
        ${watch.isFiltered && watch.total !== undefined ? html`<p class="unit" role="status"
          data-testid="filter-total" data-value=${watch.total}>${t('groups.matches', { count: count(watch.total) })}
          ${watch.noticesCut ? t('groups.noticesCut') : nothing}</p>` : nothing}
      </form>
      ${this.filterProblem ? html`<p class="problem" role="alert" data-testid="filter-problem">
        <span>${t(this.filterProblem)}</span></p>` : nothing}`;
  }

  #apply(event) {
    event.preventDefault();
    const { user, from, to } = this.filter;
    const at = (text) => (text === '' ? undefined : new Date(text).getTime());
    const wanted = { user: user === '' ? undefined : user, from: at(from), to: at(to) };
    this.filterProblem = user !== '' && !isName(user) ? 'groups.nameProblem'
      : wanted.from >= wanted.to ? 'groups.timeProblem' : undefined;
    if (!this.filterProblem) this.#open(wanted);
  }

  #clear() {
    this.filter = NO_FILTER;
    this.filterProblem = undefined;
    this.#open({});
  }

  #problem() {
    const { problem, state } = this.watch;
    const said = this.refused === undefined ? problem && t('groups.problem', { reason: sentence(problem) })
      : t('groups.nameProblem');
    return html`<div role="alert">${said ? html`<p class="problem"><span data-testid="groups-problem">${said}</span>
      ${state === 'waiting' ? html`<button type="button" class="quiet" data-testid="groups-retry"
        @click=${() => this.watch.retryNow()}>${t('link.now')}</button>` : nothing}</p>` : nothing}</div>`;
  }

  /** Only what was read may be called empty. */
  #empty() {
    const { state, isFiltered } = this.watch;
    if (state === 'loading') return html`<p class="empty">${t('groups.loading')}</p>`;
    if (state !== 'live') return nothing;
    return html`<div class="empty" data-testid="groups-empty">
      <strong>${t(isFiltered ? 'groups.noMatch' : 'groups.empty', { group: route.item })}</strong>
      <span>${t(isFiltered ? 'groups.noMatchNote' : 'groups.emptyNote')}</span></div>`;
  }

  async #show(seq) {
    await this.updateComplete;
    this.#row(seq)?.scrollIntoView({ block: 'nearest' });
  }

  #row(seq) {
    return this.querySelector(`.event[data-seq="${seq}"]`);
  }

  #list() {
    return this.querySelector('.events');
  }
}

function isNameOrNone(group) {
  return group === '' || isName(group);
}

customElements.define('herald-groups', GroupsPage);
