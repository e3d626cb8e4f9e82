import { html, nothing } from 'lit';
import { bytesOver } from '../chat/chat-client.js';
import { route } from '../route.js';
import { fetchJson, problemOf } from '../server/http.js';
import { perSecond } from '../server/figures.js';
import { count, rate, size } from '../text/format.js';
import { sentence, t } from '../text/language.js';
import { fact } from './browse.js';
import { BrowsePage } from './browse-page.js';

/** Consumers may take long; how long is theirs to say. */
const ANSWER_MS = 600_000;
/** Shorter spans say nothing about a rate. */
const RATE_MS = 1000;
const FIGURES = ['dispatched', 'consumed', 'redelivered', 'refused', 'dropped', 'deadLetters'];

/** The consumer groups of an app with their members, and a message to a topic to try them. */
class TopicsPage extends BrowsePage {
  static properties = {
    topic: { state: true }, key: { state: true }, payload: { state: true }, tried: { state: true },
  };

  view = 'consumer-groups';
  listed = 'consumerGroups';
  one = 'consumer-group';

  #before;
  #rates = {};

  constructor() {
    super();
    this.topic = '';
    this.key = '';
    this.payload = '';
  }

  row({ filter, memberCount, underWay }, app) {
    return {
      name: filter,
      href: route.href(this.view, app, filter),
      current: filter === route.item,
      said: t('consumer-groups.members', { count: count(memberCount) }),
      more: t('consumer-groups.underWay', { count: count(underWay) }),
    };
  }

  status({ memberCount, liveCount }) {
    return liveCount > 0
      ? { state: 'online', said: t('consumer-groups.members', { count: count(memberCount) }) }
      : { state: 'away', said: t('consumer-groups.stalled') };
  }

  canEnd() {
    return false;
  }

  below() {
    const { tried, payload } = this;
    const over = bytesOver(payload);
    const said = over > 0 ? t('problem.tooLong', { bytes: count(over) }) : tried?.problem && sentence(tried.problem);
    return html`
      <section class="card pick" aria-labelledby="try-heading">
        <h2 id="try-heading">${t('try.publish')}</h2>
        <form @submit=${(event) => this.#publish(event)}>
          ${this.#input('topic', t('try.topic'))} ${this.#input('key', t('try.key'))}
          <label class="name"><span>${t('try.payload')}</span>
            <textarea rows="2" data-testid="try-payload" .value=${payload}
              @input=${(event) => { this.payload = event.target.value; }}></textarea></label>
          <button class="send" data-testid="try-do"
            ?disabled=${tried?.busy || this.topic === '' || over > 0}>${t(tried?.busy ? 'try.waiting' : 'groups.publish')}</button>
        </form>
        <div role="status">${said ? html`<p class="problem" data-testid="try-problem"><span>${said}</span></p>` : nothing}
          ${tried?.answer ? html`<p class="done" data-testid="try-answer"
            data-value="${tried.answer.groups} ${tried.answer.subscribers}">${t('try.answer', {
              groups: count(tried.answer.groups), subscribers: count(tried.answer.subscribers),
            })}</p>` : nothing}</div>
      </section>`;
  }

  about(group) {
    this.#measure(group);
    const waiting = size(group.waitingBytes);
    return html`
      <dl class="about">
        ${fact('shared-underWay', t('consumer-groups.inFlight'), count(group.underWay), group.underWay)}
        ${fact('shared-waiting', t('consumer-groups.waiting'), `${waiting.value} ${waiting.unit}`, group.waitingBytes)}
        ${FIGURES.map((name) => fact(`shared-${name}`, t(`consumer-groups.${name}`), html`${count(group[name])}
          ${this.#rates[name] > 0 ? html`<span class="after">${rate(this.#rates[name])}${t('figures.perSecond')}</span>` : nothing}`,
          group[name]))}
      </dl>
      <div class="about scrolled" tabindex="0" role="region" aria-label=${t('consumer-groups.membersHeading')}>
        <table>
          <thead><tr>${['client', 'state', 'inFlight', 'dispatched', 'acknowledged', 'refused'].map((name) => html`
            <th scope="col">${t(`consumer-groups.${name}`)}</th>`)}</tr></thead>
          <tbody>${group.members.map((member) => this.#member(member))}</tbody>
        </table>
      </div>`;
  }

  #member({ clientId, state, underWay, dispatched, acknowledged, refused }) {
    return html`
      <tr data-testid="member" data-value=${clientId} data-state=${state}>
        <th scope="row">${clientId === '' ? t('clients.nobody')
          : html`<a href=${route.href('clients', route.app, clientId)}><bdi>${clientId}</bdi></a>`}</th>
        <td>${t(`consumer-groups.is.${state}`)}</td>
        ${[underWay, dispatched, acknowledged, refused].map((value) => html`<td>${count(value)}</td>`)}
      </tr>`;
  }

  /** How fast the figures grow, from one reading to the next. */
  #measure(group) {
    const before = this.#before;
    const at = performance.now();
    if (before?.group === group || at - before?.at < RATE_MS) return;
    const same = before?.group.filter === group.filter;
    this.#rates = Object.fromEntries(FIGURES.map((name) => [name,
      same ? perSecond(before.group[name], group[name], at - before.at) : undefined]));
    this.#before = { at, group };
  }

  #input(name, label) {
    return html`<label class="name"><span>${label}</span>
      <input type="text" autocomplete="off" autocapitalize="off" spellcheck="false"
        data-testid="try-${name}" .value=${this[name]} @input=${(event) => { this[name] = event.target.value; }}></label>`;
  }

  async #publish(event) {
    event.preventDefault();
    const { topic, key, payload } = this;
    if (topic === '' || bytesOver(payload) > 0) return;
    const tried = { busy: true };
    this.tried = tried;
    try {
      const query = key === '' ? '' : `?${new URLSearchParams({ key })}`;
      const answer = await fetchJson(
        `/v1/apps/${encodeURIComponent(route.lastApp)}/topics/${encodeURIComponent(topic)}${query}`,
        { method: 'POST', text: payload, timeoutMs: ANSWER_MS });
      if (this.tried === tried) this.tried = { answer };
    } catch (failure) {
      if (this.tried === tried) this.tried = { problem: problemOf(failure) };
    }
    this.readAgain();
  }
}

customElements.define('herald-topics', TopicsPage);
