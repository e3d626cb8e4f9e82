import { html, nothing } from 'lit';
import { bytesOver } from '../chat/chat-client.js';
import { isName } from '../groups/group-api.js';
import { remember, remembered } from '../remembered.js';
import { route } from '../route.js';
import { fetchJson, problemOf } from '../server/http.js';
import { count, dayAndTime, moment, span, timeOfDay } from '../text/format.js';
import { sentence, t } from '../text/language.js';
import { fact } from './browse.js';
import { BrowsePage } from './browse-page.js';
import { nameField } from './name-field.js';

/** The chats of an app: who owns one and who is in, a word to those, and its end. */
class ChatsPage extends BrowsePage {
  static properties = {
    user: { state: true }, refused: { state: true }, text: { state: true }, said: { state: true },
  };

  view = 'chats';
  one = 'chat';

  constructor() {
    super();
    this.user = remembered('groups.user', 'operator');
    this.text = '';
  }

  row({ chatId, participantCount, activeTime }, app) {
    return {
      name: chatId,
      href: route.href('chats', app, chatId),
      current: chatId === route.item,
      said: moment(activeTime),
      more: t('chats.in', { count: count(participantCount) }),
    };
  }

  status({ participantCount }) {
    return { state: 'online', said: t('chats.in', { count: count(participantCount) }) };
  }

  canEnd() {
    return true;
  }

  about(chat, gone) {
    const { owner, epoch, createTime, activeTime, seq, creator, participants } = chat;
    return html`
      <dl class="about">
        ${fact('chat-owner', t('chats.owner'), html`<bdi>${owner.nodeId}</bdi> <span class="after">${
          owner.host}, MQTT ${owner.mqttPort}, ${t('chats.epoch', { epoch })}</span>`, owner.nodeId)}
        ${fact('chat-created', t('chats.created'), dayAndTime(createTime), createTime)}
        ${fact('chat-active', t('chats.active'), html`${dayAndTime(activeTime)} <span class="after">${
          span(Date.now() - activeTime)}</span>`, activeTime)}
        ${fact('chat-seq', t('chats.seq'), count(seq), seq)}
        ${fact('chat-creator', t('chats.creator'), creator ? html`<bdi>${creator.userId}</bdi> <span class="after"><bdi>${
          creator.clientId}</bdi></span>` : t('clients.nobody'), creator?.clientId)}
      </dl>
      <ul class="entries about" aria-label=${t('chats.members')} tabindex="0">${participants.map((member) => this.#member(member))}</ul>
      ${gone ? nothing : this.#composer()}`;
  }

  #member({ clientId, userId, joinTime, present }) {
    return html`
      <li data-testid="chat-member" data-value=${clientId} data-state=${present ? 'online' : 'away'}>
        <i class="dot ${present ? 'good' : ''}" aria-hidden="true"></i>
        <span><bdi>${userId || t('clients.nobody')}</bdi> <a href=${route.href('clients', route.app, clientId)}><bdi>${clientId}</bdi></a></span>
        <small>${present ? t('chats.since', { time: timeOfDay(joinTime) }) : t('chats.absent')}</small></li>`;
  }

  #composer() {
    const over = bytesOver(this.text);
    const said = over > 0 ? t('problem.tooLong', { bytes: count(over) }) : this.refused !== undefined
      ? t('groups.nameProblem') : this.said?.problem && sentence(this.said.problem);
    return html`
      <form class="composer" @submit=${(event) => this.#say(event)}>
        <label class="name wide"><span>${t('groups.as')}</span>${nameField({
          testid: 'chats-as', value: this.user, refused: this.refused, rename: (text) => this.#rename(text),
        })}</label>
        <div class="wide" role="alert">${said ? html`<p class="problem"><span>${said}</span></p>` : nothing}</div>
        <textarea rows="1" data-testid="chat-say" .value=${this.text} placeholder=${t('chats.say')}
          aria-label=${t('chats.say')} @input=${(event) => { this.text = event.target.value; }}
          @keydown=${(event) => this.#key(event)}></textarea>
        <button class="send" data-testid="chat-say-do"
          ?disabled=${over > 0 || this.text === '' || this.said?.busy}>${t('chat.send')}</button>
      </form>`;
  }

  #rename(text) {
    this.refused = isName(text) ? undefined : text;
    if (this.refused !== undefined) return;
    this.user = text;
    remember('groups.user', text);
  }

  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  }

  async #say(event) {
    event.preventDefault();
    const { text, user } = this;
    if (text === '' || bytesOver(text) > 0) return;
    this.said = { busy: true };
    this.done = undefined;
    try {
      const { seq } = await fetchJson(`${this.path}/messages`, { method: 'POST', body: { userId: user, content: text } });
      this.text = '';
      this.said = undefined;
      this.done = t('chats.said', { seq: count(seq) });
    } catch (failure) {
      this.said = { problem: problemOf(failure) };
    }
    this.readAgain();
  }
}

customElements.define('herald-chats', ChatsPage);
