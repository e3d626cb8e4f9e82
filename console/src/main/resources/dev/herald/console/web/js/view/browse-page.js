import { html, nothing } from 'lit';
import { route } from '../route.js';
import { fetchJson, problemOf } from '../server/http.js';
import { Listing } from '../server/listing.js';
import { Resource } from '../server/resource.js';
import { sentence, t } from '../text/language.js';
import { back, field, halves, list, nothingChosen } from './browse.js';
import { Every } from './every.js';
import { LightElement } from './light-element.js';

const READ_MS = 2000;

/**
 * A page in which an app's things of one kind are listed and found, one is shown as it is now, and
 * ended after a question. Made for a kind by: its view, the name of one of them and of their list in
 * an answer (if not the view's), by what they are found ({name, param, label}), and the methods that
 * say `row`, `status`, `canEnd` and `about`.
 */
export class BrowsePage extends LightElement {
  static properties = { wanted: { state: true }, asked: { state: true }, done: { state: true } };

  view;
  one;
  fields = [];

  #listing;
  #resource;
  #searched;
  #place;

  constructor() {
    super();
    this.follow(route);
    new Every(this, READ_MS, () => this.readAgain());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#listing?.close();
    this.#resource?.close();
  }

  /** The address of the app's things, or of one of them. */
  pathOf(app, item) {
    const all = `/v1/apps/${encodeURIComponent(app)}/${this.view}`;
    return item === undefined ? all : `${all}/${encodeURIComponent(item)}`;
  }

  /** The address of what is shown. */
  get path() {
    return this.pathOf(route.app, route.item);
  }

  /** What stands below the list. */
  below() {
    return nothing;
  }

  readAgain() {
    this.#listing?.read();
    this.#resource?.read();
  }

  willUpdate() {
    if (route.view !== this.view) return;
    const app = route.lastApp;
    const place = JSON.stringify([app, route.item]);
    if (place === this.#place) return;
    this.#place = place;
    if (this.#searched?.app !== app) {
      this.wanted = { app };
      this.#find();
    }
    this.asked = undefined;
    this.done = undefined;
    this.#resource?.close();
    this.#resource = route.item === undefined ? undefined
      : this.#watched(new Resource(this.pathOf(app, route.item)));
  }

  render() {
    return halves(this.#resource, [this.#picker(), this.below()], html`
      <section class="card detail" aria-labelledby="detail-heading">
        ${this.#resource ? this.#detail() : nothingChosen(this.view)}
      </section>`);
  }

  #watched(observable) {
    observable.watch(() => this.requestUpdate());
    return observable;
  }

  #find() {
    const { wanted } = this;
    const query = Object.fromEntries(this.fields.filter(({ name }) => wanted[name])
      .map(({ name, param }) => [param, wanted[name]]));
    this.#searched = wanted;
    this.#listing?.close();
    this.#listing = this.#watched(new Listing(this.pathOf(wanted.app), this.listed ?? this.view, query));
  }

  #picker() {
    const { view, one, wanted } = this;
    const { app } = this.#searched;
    const line = (name, label) => field(`${view}-${name}`, label, wanted[name] ?? '',
      (value) => { this.wanted = { ...this.wanted, [name]: value }; });
    return html`
      <section class="card pick" aria-labelledby="pick-heading">
        <h2 id="pick-heading">${t(`${view}.heading`)}</h2>
        <form @submit=${(event) => this.#submit(event)}>
          ${line('app', t('chat.app'))} ${this.fields.map(({ name, label }) => line(name, t(label)))}
          <button class="send" data-testid="${view}-find" ?disabled=${wanted.app === ''}>${t('list.find')}</button>
        </form>
        <h3>${t(`${view}.of`, { app })}</h3>
        ${list(this.#listing, { testid: one, empty: t(`${view}.none`), row: (item) => this.row(item, app) })}
      </section>`;
  }

  #submit(event) {
    event.preventDefault();
    const { app } = this.wanted;
    this.#find();
    if (app !== route.app || route.item !== undefined) route.to(this.view, app);
    this.requestUpdate();
  }

  #detail() {
    const { view, one, asked, done } = this;
    const { document: shown, state, problem } = this.#resource;
    const gone = state === 'gone';
    const status = gone ? { state: 'away', said: t(`${view}.gone`) }
      : shown ? this.status(shown) : { state: 'connecting', said: t('link.connecting') };
    return html`
      <header>
        ${back(view)}
        <div>
          <h2 id="detail-heading"><bdi>${route.item}</bdi></h2>
          <p class="unit">${t('chat.app')} <bdi>${route.app}</bdi></p>
        </div>
        ${shown && !gone && this.canEnd(shown) ? html`<button type="button" class="quiet" data-testid="${one}-end"
          aria-expanded=${asked ? 'true' : 'false'} @click=${() => this.#ask()}>${t(`${view}.end`)}</button>` : nothing}
        <span class="chip" role="status" data-testid="${one}-status" data-state=${status.state}>
          <i class="dot" aria-hidden="true"></i>${status.said}</span>
      </header>
      <div role="alert">${problem ? html`<p class="problem"><span>${t('read.problem', { reason: sentence(problem) })}</span></p>`
        : nothing}</div>
      <div role="status">${done ? html`<p class="done" data-testid="${one}-done">${done}</p>` : nothing}</div>
      ${asked ? this.#confirmation() : nothing}
      ${shown ? this.about(shown, gone) : nothing}
      ${gone && !shown ? html`<p class="empty about">${t(`${view}.goneNote`)}</p>` : nothing}`;
  }

  #confirmation() {
    const { view, one } = this;
    const { busy, problem } = this.asked;
    return html`
      <form class="confirm about" data-testid="${one}-end-form" @submit=${(event) => this.#end(event)}
        @keydown=${(event) => { if (event.key === 'Escape') this.#forget(); }}>
        <p>${t(`${view}.sure`)}</p>
        ${problem ? html`<p class="problem" role="alert"><span>${sentence(problem)}</span></p>` : nothing}
        <p class="actions">
          <button class="send" data-testid="${one}-end-do" ?disabled=${busy}>${t(`${view}.end`)}</button>
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
    this.querySelector(`[data-testid=${this.one}-end]`)?.focus();
  }

  async #end(event) {
    event.preventDefault();
    const asked = { busy: true };
    this.asked = asked;
    try {
      await fetchJson(this.path, { method: 'DELETE' });
      if (this.asked !== asked) return;
      this.asked = undefined;
      this.done = t(`${this.view}.done`);
    } catch (failure) {
      if (this.asked === asked) this.asked = { busy: false, problem: problemOf(failure) };
    }
    this.readAgain();
  }
}
