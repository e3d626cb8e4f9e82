import { html, nothing } from 'lit';
import { bytesOver } from '../chat/chat-client.js';
import { remember } from '../remembered.js';
import { route } from '../route.js';
import { fetchJson, problemOf } from '../server/http.js';
import { count, timeOfDay } from '../text/format.js';
import { sentence, t } from '../text/language.js';
import { field } from './browse.js';
import { LightElement } from './light-element.js';

/** How many that were sent are shown. */
const SENT_MAX = 50;
const TTL_MAX = 31_536_000;
const CONDITIONS = ['users', 'devices', 'any', 'all', 'none'];
const NO_ONE = { users: '', devices: '', any: '', all: '', none: '' };

/** Sends a notification to those that meet every condition given, and tells how many it reached. */
class NotifyPage extends LightElement {
  static properties = {
    app: { state: true }, everybody: { state: true }, names: { state: true }, content: { state: true },
    ttl: { state: true }, busy: { state: true }, problem: { state: true }, sent: { state: true },
  };

  constructor() {
    super();
    this.app = route.lastApp;
    this.everybody = false;
    this.names = NO_ONE;
    this.content = '';
    this.ttl = '';
    this.sent = [];
  }

  render() {
    const over = bytesOver(this.content);
    const said = over > 0 ? t('problem.tooLong', { bytes: count(over) })
      : !this.#ttlIsGood() ? t('notify.ttlProblem') : this.problem && sentence(this.problem);
    return html`
      <div class="workspace browse" data-opened="true">
        <section class="card notify" aria-labelledby="notify-heading">
          <h2 id="notify-heading">${t('notify.heading')}</h2>
          <form @submit=${(event) => this.#submit(event)}>
            ${field('notify-app', t('chat.app'), this.app, (value) => { this.app = value; })}
            <label class="check"><input type="checkbox" data-testid="notify-everybody" .checked=${this.everybody}
              @change=${(event) => { this.everybody = event.target.checked; }}> ${t('notify.everybody')}</label>
            ${this.everybody ? nothing : html`
              <fieldset><legend>${t('notify.conditions')}</legend>
                ${CONDITIONS.map((name) => this.#condition(name))}</fieldset>`}
            <label class="tall"><span>${t('notify.content')}</span>
              <textarea rows="3" data-testid="notify-content" .value=${this.content}
                @input=${(event) => { this.content = event.target.value; }}></textarea></label>
            <label class="name"><span>${t('notify.ttl')}</span>
              <input type="text" inputmode="numeric" autocomplete="off" data-testid="notify-ttl" .value=${this.ttl}
                aria-invalid=${this.#ttlIsGood() ? 'false' : 'true'} placeholder="0"
                @input=${(event) => { this.ttl = event.target.value; }}></label>
            <div role="alert">${said ? html`<p class="problem" data-testid="notify-problem"><span>${said}</span></p>` : nothing}</div>
            <button class="send" data-testid="notify-send" ?disabled=${!this.#isReady()}>${t('notify.send')}</button>
          </form>
        </section>
        <section class="card detail" aria-labelledby="detail-heading">
          <header><h2 id="detail-heading">${t('notify.sent')}</h2></header>
          ${this.sent.length === 0 ? html`<p class="empty about">${t('notify.nothing')}</p>` : html`
            <ol class="entries about" role="log" tabindex="0" aria-label=${t('notify.sent')}>${this.sent.map(outcome)}</ol>`}
        </section>
      </div>`;
  }

  #condition(name) {
    return html`<label class="tall"><span>${t(`notify.${name}`)}</span>
      <textarea rows="1" spellcheck="false" autocapitalize="off" placeholder=${t('notify.each')}
        data-testid="notify-${name}" .value=${this.names[name]}
        @input=${(event) => { this.names = { ...this.names, [name]: event.target.value }; }}></textarea></label>`;
  }

  #ttlIsGood() {
    return this.ttl === '' || (/^\d{1,9}$/.test(this.ttl) && Number(this.ttl) <= TTL_MAX);
  }

  #isReady() {
    return !this.busy && this.app !== '' && this.content !== '' && bytesOver(this.content) === 0
      && this.#ttlIsGood() && (this.everybody || Object.values(this.#target()).length > 0);
  }

  /** The target as the server takes it: what was left empty is no condition. */
  #target() {
    if (this.everybody) return { all: true };
    const { users, devices, ...tags } = Object.fromEntries(Object.entries(this.names)
      .map(([name, text]) => [name, text.split('\n').map((line) => line.trim()).filter((line) => line !== '')])
      .filter(([, names]) => names.length > 0));
    return {
      ...(users && { users }), ...(devices && { devices }), ...(Object.keys(tags).length > 0 && { tags }),
    };
  }

  async #submit(event) {
    event.preventDefault();
    if (!this.#isReady()) return;
    const { app, content, ttl } = this;
    const target = this.#target();
    this.busy = true;
    this.problem = undefined;
    remember('app', app);
    try {
      const answer = await fetchJson(`/v1/apps/${encodeURIComponent(app)}/notifications`, {
        method: 'POST',
        body: { targets: [target], content, ...(ttl === '' ? {} : { ttlSeconds: Number(ttl) }) },
      });
      this.sent = [{ at: Date.now(), app, content, target, ttl, ...answer }, ...this.sent].slice(0, SENT_MAX);
      this.content = '';
      await this.updateComplete;
      this.querySelector('[data-testid=notify-outcome]').scrollIntoView({ block: 'nearest' });
    } catch (failure) {
      this.problem = problemOf(failure);
    }
    this.busy = false;
  }
}

function outcome({ at, app, content, target, ttl, reached, complete, kept }) {
  return html`
    <li data-testid="notify-outcome" data-value=${reached}>
      <div>
        <p><b>${t('notify.reached', { count: count(reached) })}</b>
          ${complete ? nothing : html`<span class="after">${t('notify.incomplete')}</span>`}
          ${kept ? html`<span class="after">${t('notify.kept', { seconds: count(Number(ttl)) })}</span>`
            : Number(ttl) > 0 ? html`<span class="after">${t('notify.notKept')}</span>` : nothing}</p>
        <p class="unit">${t('chat.app')} <bdi>${app}</bdi></p>
        ${said(target)}
        <p class="text" dir="auto">${content}</p>
      </div>
      <small><time datetime=${new Date(at).toISOString()}>${timeOfDay(at, true)}</time></small>
    </li>`;
}

/** The target in words. */
function said({ all, users, devices, tags = {} }) {
  if (all) return html`<p class="unit">${t('notify.everybody')}</p>`;
  return Object.entries({ users, devices, ...tags }).filter(([, names]) => names).map(([name, names]) => html`
    <p class="unit">${t(`notify.${name}`)}: <bdi>${names.join(', ')}</bdi></p>`);
}

customElements.define('herald-notify', NotifyPage);
