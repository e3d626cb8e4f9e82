import { html, nothing } from 'lit';
import { t } from '../text/language.js';
import { LightElement } from './light-element.js';
import { nameField } from './name-field.js';
import './chat-pane.js';

/** The two-pane chat: which app and group, and a pane for each of the two users. */
class ChatSection extends LightElement {
  static properties = { room: {}, clients: {}, refused: { state: true } };

  firstUpdated() {
    this.follow(this.room);
  }

  render() {
    return html`
      <section class="card chat" aria-labelledby="chat-heading">
        <header>
          <div>
            <h2 id="chat-heading">${t('chat.heading')}</h2>
            <p class="unit">${t('chat.note')}</p>
          </div>
          <div class="names">
            ${['app', 'group'].map((what) => this.#field(what))}
          </div>
        </header>
        ${this.refused ? html`<p class="problem" role="alert" id="chat-name-problem">
          ${t('problem.id')}</p>` : nothing}
        <div class="panes">
          ${['left', 'right'].map((side) => html`
            <herald-chat-pane side=${side} .room=${this.room} .client=${this.clients[side]}>
            </herald-chat-pane>`)}
        </div>
      </section>`;
  }

  #field(what) {
    return html`<label class="name"><span>${t(`chat.${what}`)}</span>${nameField({
      testid: `chat-${what}`,
      value: this.room[what],
      refused: this.refused?.what === what ? this.refused.text : undefined,
      rename: (text) => {
        this.refused = this.room.rename(what, text) ? undefined : { what, text };
      },
    })}</label>`;
  }
}

customElements.define('herald-chat', ChatSection);
