import { html, nothing } from 'lit';
import { route, VIEWS } from '../route.js';
import { timeOfDay } from '../text/format.js';
import { language, t } from '../text/language.js';
import { LightElement } from './light-element.js';
import './chat-section.js';
import './clients-page.js';
import './facts-card.js';
import './figures-strip.js';
import './groups-page.js';
import './chats-page.js';
import './topics-page.js';
import './notify-page.js';
import './traffic-card.js';

const PAGES = {
  groups: html`<herald-groups></herald-groups>`,
  'consumer-groups': html`<herald-topics></herald-topics>`,
  chats: html`<herald-chats></herald-chats>`,
  notify: html`<herald-notify></herald-notify>`,
  clients: html`<herald-clients></herald-clients>`,
};
const LANGUAGES = [['en', 'English', 'EN'], ['zh', '中文', '中文']];

/** The whole page: the header, and below it the page that the address names. */
class ConsolePage extends LightElement {
  static properties = { server: {}, room: {}, clients: {} };

  #followed = false;

  willUpdate() {
    if (this.#followed || !this.server) return;
    this.#followed = true;
    this.follow(this.server);
    this.follow(route);
  }

  render() {
    if (!this.server) return nothing;
    return html`
      <a class="skip" href="#main" @click=${skip}>${t('skip')}</a>
      ${this.#header()}
      ${this.#away()}
      ${route.view === 'overview' ? this.#overview() : html`
        <main class="page whole" id="main" tabindex="-1">${PAGES[route.view]}</main>`}`;
  }

  #overview() {
    return html`
      <main class="page">
        <herald-figures .server=${this.server}></herald-figures>
        <div class="workspace">
          <div class="side">
            <herald-traffic .server=${this.server}></herald-traffic>
            <herald-facts .server=${this.server} .room=${this.room}></herald-facts>
          </div>
          <herald-chat id="main" tabindex="-1" .room=${this.room} .clients=${this.clients}></herald-chat>
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
        <nav class="views" aria-label=${t('views.label')}>
          ${VIEWS.map((view) => html`<a href=${route.href(view)} data-testid="view-${view}"
            aria-current=${route.view === view ? 'page' : nothing}>${t(`views.${view}`)}</a>`)}
        </nav>
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

/** The address stays: it says which page this is. */
function skip(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

customElements.define('herald-console', ConsolePage);
