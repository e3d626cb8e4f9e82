import { html, nothing } from 'lit';
import { timeOfDay } from '../text/format.js';
import { language, t } from '../text/language.js';
import { LightElement } from './light-element.js';
import './chat-section.js';
import './facts-card.js';
import './figures-strip.js';
import './traffic-card.js';

const LANGUAGES = [['en', 'English', 'EN'], ['zh', '中文', '中文']];

/** The whole page: header, figures, traffic and facts, chat. */
class ConsolePage extends LightElement {
  static properties = { server: {}, room: {}, clients: {} };

  #followed = false;

  willUpdate() {
    if (this.#followed || !this.server) return;
    this.#followed = true;
    this.follow(this.server);
  }

  render() {
    if (!this.server) return nothing;
    return html`
      <a class="skip" href="#chat">${t('skip')}</a>
      ${this.#header()}
      ${this.#away()}
      <main class="page">
        <herald-figures .server=${this.server}></herald-figures>
        <div class="workspace">
          <div class="side">
            <herald-traffic .server=${this.server}></herald-traffic>
            <herald-facts .server=${this.server} .room=${this.room}></herald-facts>
          </div>
          <herald-chat id="chat" tabindex="-1" .room=${this.room} .clients=${this.clients}></herald-chat>
        </div>
      </main>`;
  }

  #header() {
    const { state } = this.server;
    return html`
      <header class="top">
        <h1 class="brand">
          <img src="logo.svg" alt="" width="30" height="30">
          <span>Herald</span> <small>${t('subtitle')}</small>
        </h1>
        <span class="chip" role="status" data-testid="server-state" data-state=${state}>
          <i class="dot" aria-hidden="true"></i>${t(`server.${state}`)}
        </span>
        <div class="languages" role="group" aria-label=${t('language.label')}>
          ${LANGUAGES.map(([code, name, short]) => html`
            <button type="button" lang=${code} title=${name} aria-label=${name}
              aria-pressed=${language.code === code} data-testid="language-${code}"
              @click=${() => language.choose(code)}>${short}</button>`)}
        </div>
      </header>`;
  }

  #away() {
    const { state, lastAnswerAt } = this.server;
    const said = lastAnswerAt
      ? t('server.awaySentence', { address: location.host, time: timeOfDay(lastAnswerAt, true) })
      : t('server.neverSentence', { address: location.host });
    return html`<div role="alert">${state === 'away'
      ? html`<p class="notice" data-testid="server-away">${said}</p>` : nothing}</div>`;
  }
}

customElements.define('herald-console', ConsolePage);
