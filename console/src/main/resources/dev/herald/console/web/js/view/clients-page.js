import { html, nothing } from 'lit';
import { fetchJson, problemOf } from '../server/http.js';
import { Listing } from '../server/listing.js';
import { Resource } from '../server/resource.js';
import { route } from '../route.js';
import { count, dayAndTime, moment, size, span } from '../text/format.js';
import { sentence, t } from '../text/language.js';
import { back, fact, field, halves, list, nothingChosen } from './browse.js';
import { Every } from './every.js';
import { LightElement } from './light-element.js';

const READ_MS = 2000;

/** The clients of an app: found by identifier and user; what one has, and the end of its connection. */
class ClientsPage extends LightElement {
  static properties = { wanted: { state: true }, asked: { state: true }, done: { state: true } };

  #listing;
  #client;
  #search;
  #place;

  constructor() {
    super();
    this.wanted = { app: route.lastApp, prefix: '', user: '' };
    this.follow(route);
    new Every(this, READ_MS, () => {
      this.#listing?.read();
      this.#client?.read();
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#listing?.close();
    this.#client?.close();
  }

  willUpdate() {
    if (route.view !== 'clients') return;
    const app = route.lastApp;
    const place = JSON.stringify([app, route.item]);
    if (place === this.#place) return;
    this.#place = place;
    if (this.#search?.app !== app) {
      this.wanted = { app, prefix: '', user: '' };
      this.#find();
    }
    this.#client?.close();
    this.asked = undefined;
    this.done = undefined;
    this.#client = route.item === undefined ? undefined : this.#watched(new Resource(pathOf(app, route.item)));
  }

  render() {
    return halves(this.#client, this.#picker(), html`
      <section class="card detail" aria-labelledby="detail-heading">
        ${this.#client ? this.#detail() : nothingChosen('clients')}
      </section>`);
  }

  #watched(observable) {
    observable.watch(() => this.requestUpdate());
    return observable;
  }

  #find() {
    const { app, prefix, user } = this.wanted;
    this.#search = this.wanted;
    this.#listing?.close();
    this.#listing = this.#watched(new Listing(pathOf(app), 'clients',
      { ...(prefix && { prefix }), ...(user && { userId: user }) }));
  }

  #picker() {
    const { app, prefix, user } = this.wanted;
    const set = (what) => (value) => { this.wanted = { ...this.wanted, [what]: value }; };
    return html`
      <section class="card pick" aria-labelledby="pick-heading">
        <h2 id="pick-heading">${t('clients.heading')}</h2>
        <form @submit=${(event) => this.#submit(event)}>
          ${field('clients-app', t('chat.app'), app, set('app'))}
          ${field('clients-prefix', t('clients.prefix'), prefix, set('prefix'))}
          ${field('clients-user', t('chat.user'), user, set('user'))}
          <button class="send" data-testid="clients-find" ?disabled=${app === ''}>${t('clients.find')}</button>
        </form>
        <h3>${t('clients.of', { app: this.#search.app })}</h3>
        ${list(this.#listing, { testid: 'client', empty: t('clients.none'), row: (client) => this.#row(client) })}
      </section>`;
  }

  #row({ clientId, userId, connected, since }) {
    return {
      name: clientId,
      href: route.href('clients', this.#search.app, clientId),
      current: clientId === route.item,
      state: connected ? 'online' : 'away',
      said: html`<i class="dot ${connected ? 'good' : ''}" aria-hidden="true"></i>${
        connected ? t('clients.on') : t('clients.off')}${since === null ? nothing : html` ${moment(since)}`}`,
      more: userId,
    };
  }

  #submit(event) {
    event.preventDefault();
    const { app } = this.wanted;
    this.#find();
    if (app !== route.app || route.item !== undefined) route.to('clients', app);
    this.requestUpdate();
  }

  #detail() {
    const { document: client, state, problem } = this.#client;
    const gone = state === 'gone';
    return html`
      <header>
        ${back('clients')}
        <div>
          <h2 id="detail-heading"><bdi>${route.item}</bdi></h2>
          <p class="unit">${t('chat.app')} <bdi>${route.app}</bdi></p>
        </div>
        ${client?.connected && !gone ? html`<button type="button" class="quiet" data-testid="client-disconnect"
          aria-expanded=${this.asked ? 'true' : 'false'}
          @click=${() => this.#ask()}>${t('clients.disconnect')}</button>` : nothing}
        <span class="chip" role="status" data-testid="client-status"
          data-state=${gone ? 'away' : client ? (client.connected ? 'online' : 'idle') : 'connecting'}>
          <i class="dot" aria-hidden="true"></i>${gone ? t('clients.gone')
            : client ? t(client.connected ? 'clients.on' : 'clients.off') : t('link.connecting')}</span>
      </header>
      <div role="alert">${problem ? html`<p class="problem"><span>${t('read.problem', { reason: sentence(problem) })}</span></p>`
        : nothing}</div>
      <div role="status">${this.done ? html`<p class="done" data-testid="client-done">${this.done}</p>` : nothing}</div>
      ${this.asked ? this.#confirmation() : nothing}
      ${client ? facts(client) : nothing}
      ${gone && !client ? html`<p class="empty about">${t('clients.goneNote')}</p>` : nothing}`;
  }

  #confirmation() {
    const { busy, problem } = this.asked;
    return html`
      <form class="confirm about" data-testid="client-disconnect-form"
        @submit=${(event) => this.#disconnect(event)}
        @keydown=${(event) => { if (event.key === 'Escape') this.#forget(); }}>
        <p>${t('clients.sure')}</p>
        ${problem ? html`<p class="problem" role="alert"><span>${sentence(problem)}</span></p>` : nothing}
        <p class="actions">
          <button class="send" data-testid="client-disconnect-do" ?disabled=${busy}>${t('clients.disconnect')}</button>
          <button type="button" class="quiet" @click=${() => this.#forget()}>${t('groups.cancel')}</button>
        </p>
      </form>`;
  }

  async #ask() {
    this.done = undefined;
    this.asked = this.asked ? undefined : { busy: false };
    await this.updateComplete;
    this.querySelector('.confirm button')?.focus();
  }

  async #forget() {
    this.asked = undefined;
    await this.updateComplete;
    this.querySelector('[data-testid=client-disconnect]')?.focus();
  }

  async #disconnect(event) {
    event.preventDefault();
    const asked = { busy: true };
    this.asked = asked;
    try {
      await fetchJson(pathOf(route.app, route.item), { method: 'DELETE' });
      if (this.asked !== asked) return;
      this.asked = undefined;
      this.done = t('clients.done');
    } catch (failure) {
      if (this.asked === asked) this.asked = { busy: false, problem: problemOf(failure) };
    }
    this.#client?.read();
    this.#listing?.read();
  }
}

function facts(client) {
  const { userId, since, connected, address, protocol, sessionExpirySeconds, heldBytes, subscriptionCount } = client;
  const held = size(heldBytes);
  return html`
    <dl class="about">
      ${fact('client-user', t('chat.user'), userId === '' ? t('clients.nobody') : html`<bdi>${userId}</bdi>`, userId)}
      ${fact('client-since', t(connected ? 'clients.since' : 'clients.awaySince'),
        since === null ? t('clients.unknown') : html`${dayAndTime(since)} <span class="after">${span(Date.now() - since)}</span>`, since)}
      ${connected ? html`${fact('client-address', t('clients.address'), address, address)}
        ${fact('client-protocol', t('clients.protocol'), `MQTT ${protocol}`, protocol)}` : nothing}
      ${fact('client-expiry', t('clients.expiry'), sessionExpirySeconds === 0 ? t('clients.endsWith')
        : t('clients.outlives', { time: span(sessionExpirySeconds * 1000) }), sessionExpirySeconds)}
      ${fact('client-held', t('clients.held'), `${held.value} ${held.unit}`, heldBytes)}
      ${fact('client-subscriptions', t('clients.subscriptions'), count(subscriptionCount), subscriptionCount)}
    </dl>
    <ul class="entries about" aria-label=${t('clients.subscriptions')} tabindex="0">${client.subscriptions.map(({ filter, qos }) => html`
      <li data-testid="client-filter"><code><bdi>${filter}</bdi></code> <small>QoS ${qos}</small></li>`)}
      ${subscriptionCount > client.subscriptions.length ? html`<li>${t('clients.further',
        { count: count(subscriptionCount - client.subscriptions.length) })}</li>` : nothing}</ul>`;
}

/** The address of an app's clients, or of one of them. */
function pathOf(app, clientId) {
  const all = `/v1/apps/${encodeURIComponent(app)}/clients`;
  return clientId === undefined ? all : `${all}/${encodeURIComponent(clientId)}`;
}

customElements.define('herald-clients', ClientsPage);
