import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { bytesOver } from '../chat/chat-client.js';
import { count } from '../text/format.js';
import { sentence, t } from '../text/language.js';
import { LightElement } from './light-element.js';
import { daysAndMessages } from './message-list.js';
import { nameField } from './name-field.js';
import { StickToEnd } from './stick-to-end.js';

/** One pane: who talks, the messages, and the composer. */
class ChatPane extends LightElement {
  static properties = {
    side: {}, room: {}, client: {},
    refused: { state: true }, draft: { state: true },
  };

  #stick = new StickToEnd(this);
  #tick;

  constructor() {
    super();
    this.draft = '';
  }

  firstUpdated() {
    this.follow(this.client);
    this.classList.add('pane', this.side);
    this.dataset.testid = `chat-${this.side}`;
    this.#stick.attach(this.querySelector('.messages'));
  }

  disconnectedCallback() {
    clearTimeout(this.#tick);
    super.disconnectedCallback();
  }

  render() {
    const { client } = this;
    return html`
      <section aria-label=${t('chat.pane', { user: client.user })}>
        ${this.#top()}
        ${this.#problem()}
        <div class="messages-frame">
          <div class="messages" role="log" tabindex="0" data-testid=${this.#id('messages')}
            aria-label=${t('chat.messages', { group: this.room.group, user: client.user })}
            aria-busy=${client.history === 'loading' ? 'true' : 'false'}>
            ${client.hasEarlier ? html`<button type="button" class="quiet earlier"
              data-testid=${this.#id('earlier')} @click=${() => this.#stick.holding(() => client.loadEarlier())}>
              ${t('chat.earlier')}</button>` : nothing}
            ${client.entries.length > 0
              ? repeat(daysAndMessages(client.entries), (row) => row.key, (row) => row.view(this))
              : this.#empty()}
          </div>
          ${this.#stick.unseen ? html`<button type="button" class="newest" data-testid=${this.#id('newest')}
            @click=${() => this.#stick.goToEnd()}>${t('chat.newest')} &darr;</button>` : nothing}
        </div>
        ${this.#composer()}
      </section>`;
  }

  updated() {
    const { entries, place, state, retryAt } = this.client;
    this.#stick.drawn(place, entries.at(-1)?.key);
    clearTimeout(this.#tick);
    if (state === 'waiting' && retryAt > Date.now()) {
      this.#tick = setTimeout(() => this.requestUpdate(), 500);
    }
  }

  sendAgain(entry) {
    if (this.client.state === 'online') this.client.sendAgain(entry);
  }

  #top() {
    const { client } = this;
    return html`
      <header class="pane-top">
        <span class="avatar" aria-hidden="true">${[...client.user][0]}</span>
        <label class="name user"><span class="unseen">${t('chat.user')}</span>${nameField({
          testid: this.#id('user'),
          value: client.user,
          refused: this.refused,
          rename: (text) => {
            this.refused = this.room.rename(this.side, text) ? undefined : text;
          },
        })}</label>
        <span class="chip" role="status" data-testid=${this.#id('status')} data-state=${client.state}>
          <i class="dot" aria-hidden="true"></i>${this.#stateText()}
        </span>
      </header>`;
  }

  /** The countdown is for the eye alone: a screen reader would say it every second. */
  #stateText() {
    const { state, retryAt } = this.client;
    if (state !== 'waiting') return t(state === 'closed' ? 'link.idle' : `link.${state}`);
    const seconds = count(Math.max(1, Math.ceil((retryAt - Date.now()) / 1000)));
    return html`<span class="unseen">${t('link.waitingSaid')}</span>
      <span aria-hidden="true">${t('link.waiting', { seconds })}</span>`;
  }

  #problem() {
    const { problem, state } = this.client;
    const said = this.refused === undefined ? problem && sentence(problem) : t('problem.id');
    return html`<div role="alert">${said ? html`
      <p class="problem"><span data-testid=${this.#id('problem')}>${said}</span>
      ${this.#remedy(state, problem)}</p>` : nothing}
    </div>`;
  }

  #remedy(state, problem) {
    if (this.refused !== undefined) return nothing;
    const button = (name, text, action) => html`<button type="button" class="quiet"
      data-testid=${this.#id(name)} @click=${action}>${t(text)}</button>`;
    if (state === 'waiting') return button('retry', 'link.now', () => this.client.retryNow());
    return problem.key === 'problem.history'
      ? button('reload', 'chat.reload', () => this.client.reload()) : nothing;
  }

  /** Only a history that was read may be called empty. */
  #empty() {
    const { history, state } = this.client;
    if (history !== 'known') {
      return history === 'loading' && state === 'online'
        ? html`<p class="empty">${t('chat.loading')}</p>` : nothing;
    }
    const { group } = this.room;
    return html`<div class="empty"><strong>${t('chat.empty.title', { group })}</strong>
      <span>${t('chat.empty.note')}</span></div>`;
  }

  #composer() {
    const over = bytesOver(this.draft);
    const online = this.client.state === 'online';
    const { user } = this.client;
    return html`
      <form class="composer" @submit=${(event) => this.#submit(event)}>
        ${over > 0 ? html`<p class="problem" role="alert">
          ${t('problem.tooLong', { bytes: count(over) })}</p>` : nothing}
        ${this.draft && !online ? html`<p class="hint">${t('problem.offline')}</p>` : nothing}
        <textarea rows="1" data-testid=${this.#id('input')} .value=${this.draft}
          aria-label=${t('chat.input', { user })}
          placeholder=${t('chat.placeholder', { group: this.room.group })}
          @input=${(event) => { this.draft = event.target.value; }}
          @keydown=${(event) => this.#key(event)}></textarea>
        <button class="send" data-testid=${this.#id('send')}
          ?disabled=${!online || over > 0 || this.draft.trim() === ''}>${t('chat.send')}</button>
      </form>`;
  }

  /** Enter sends and Shift+Enter breaks the line; an Enter that ends a composition does neither. */
  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  }

  #submit(event) {
    event.preventDefault();
    if (this.client.state !== 'online' || bytesOver(this.draft) > 0 || !this.draft.trim()) return;
    this.#stick.follow();
    this.client.send(this.draft);
    this.draft = '';
  }

  #id(part) {
    return `chat-${this.side}-${part}`;
  }
}

customElements.define('herald-chat-pane', ChatPane);
