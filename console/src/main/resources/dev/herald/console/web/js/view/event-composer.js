import { html, nothing } from 'lit';
import { bytesOver } from '../chat/chat-client.js';
import { newClientMessageId } from '../groups/group-api.js';
import { problemOf } from '../server/http.js';
import { count } from '../text/format.js';
import { sentence, t } from '../text/language.js';
import { LightElement } from './light-element.js';

const KINDS = ['message', 'notice'];
const INTEGER = /^-?\d{1,10}$/;
const EMPTY = { content: '', title: '', jumpUrl: '', type: '' };

/**
 * Sends messages and publishes notices. What was not acknowledged stays here and keeps its own id,
 * so that sending it again makes no second one.
 */
class EventComposer extends LightElement {
  static properties = {
    api: {}, user: {}, group: {},
    kind: { state: true }, draft: { state: true }, problem: { state: true }, busy: { state: true },
  };

  #clientMessageId = newClientMessageId();

  constructor() {
    super();
    this.kind = 'message';
    this.draft = EMPTY;
  }

  render() {
    const notice = this.kind === 'notice';
    const over = bytesOver(this.draft.content);
    const said = over > 0 ? t('problem.tooLong', { bytes: count(over) })
      : this.#typeIsRefused() ? t('groups.typeProblem') : this.problem && sentence(this.problem);
    return html`
      <form class="composer" @submit=${(event) => this.#submit(event)}>
        <div class="kinds" role="group" aria-label=${t('groups.what')}>${KINDS.map((kind) => html`
          <button type="button" aria-pressed=${this.kind === kind} data-testid="compose-${kind}"
            @click=${() => this.#choose(kind)}>${t(`groups.compose.${kind}`)}</button>`)}
        </div>
        <label class="name type"><span>${t('groups.type')}</span>${this.#input('type', 11, 'numeric')}</label>
        ${notice ? html`
          <label class="name wide"><span>${t('groups.title')}</span>${this.#input('title', 255)}</label>
          <label class="name wide"><span>${t('groups.link')}</span>${this.#input('jumpUrl', 65_535)}</label>` : nothing}
        <div class="wide" role="alert">${said ? html`<p class="problem" data-testid="compose-problem">
          <span>${said}</span></p>` : nothing}</div>
        <textarea rows=${notice ? 3 : 1} data-testid="compose-content" .value=${this.draft.content}
          aria-label=${t(notice ? 'groups.noticeText' : 'chat.input', { user: this.user })}
          ?readonly=${this.busy}
          placeholder=${t(notice ? 'groups.noticeText' : 'chat.placeholder', { group: this.group })}
          @input=${(event) => this.#set('content', event.target.value)}
          @keydown=${(event) => this.#key(event)}></textarea>
        <button class="send" data-testid="compose-send" ?disabled=${!this.#isReady()}>
          ${t(notice ? 'groups.publish' : 'chat.send')}</button>
      </form>`;
  }

  #input(field, maxlength, inputmode) {
    return html`<input type="text" maxlength=${maxlength} autocomplete="off"
      inputmode=${inputmode ?? nothing} data-testid="compose-${field}" .value=${this.draft[field]}
      aria-invalid=${field === 'type' && this.#typeIsRefused() ? 'true' : 'false'}
      @input=${(event) => this.#set(field, event.target.value)}>`;
  }

  /** Another text is another message, with an id of its own. */
  #set(field, value) {
    this.draft = { ...this.draft, [field]: value };
    this.#clientMessageId = newClientMessageId();
  }

  #choose(kind) {
    this.kind = kind;
    this.problem = undefined;
    this.#clientMessageId = newClientMessageId();
  }

  #typeIsRefused() {
    const { type } = this.draft;
    return type !== '' && (!INTEGER.test(type) || Math.abs(Number(type)) > 2_147_483_647);
  }

  #isReady() {
    const { content, title } = this.draft;
    return !this.busy && bytesOver(content) === 0 && !this.#typeIsRefused()
      && (content.trim() !== '' || (this.kind === 'notice' && title.trim() !== ''));
  }

  /** Enter sends a message and Shift+Enter breaks the line; a notice is sent by its button. */
  #key(event) {
    if (event.key !== 'Enter' || event.isComposing) return;
    const asked = this.kind === 'message' ? !event.shiftKey : event.ctrlKey || event.metaKey;
    if (!asked) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  }

  async #submit(event) {
    event.preventDefault();
    if (!this.#isReady()) return;
    const { content, title, jumpUrl, type } = this.draft;
    const draft = {
      userId: this.user,
      content,
      clientMessageId: this.#clientMessageId,
      ...(type === '' ? {} : { type: Number(type) }),
    };
    this.busy = true;
    try {
      await (this.kind === 'notice'
        ? this.api.publish({ ...draft, title, ...(jumpUrl === '' ? {} : { jumpUrl }) })
        : this.api.send(draft));
      this.draft = { ...EMPTY, type };
      this.problem = undefined;
      this.#clientMessageId = newClientMessageId();
      this.dispatchEvent(new Event('sent'));
    } catch (failure) {
      this.problem = { key: 'groups.notSent', values: { reason: problemOf(failure) } };
    }
    this.busy = false;
  }
}

customElements.define('herald-event-composer', EventComposer);
