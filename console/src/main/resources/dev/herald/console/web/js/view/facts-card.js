import { html, nothing } from 'lit';
import { dayAndTime } from '../text/format.js';
import { sentence, t } from '../text/language.js';
import { LightElement } from './light-element.js';

const COPIED_MS = 2000;
/** Names that a shell takes as they are. */
const PLAIN = /^[\w.-]+$/;

/** What the server is and where it listens, and a command that joins the chat from a terminal. */
class FactsCard extends LightElement {
  static properties = { server: {}, room: {}, copied: { state: true } };

  firstUpdated() {
    this.follow(this.server);
    this.follow(this.room);
  }

  render() {
    const { facts } = this.server;
    return html`
      <section class="card facts" aria-labelledby="facts-heading" data-testid="server-facts">
        <header><h2 id="facts-heading">${t('facts.heading')}</h2></header>
        ${facts ? html`<dl>${rows(facts).map(row)}</dl>${this.#command(facts)}`
          : html`<p class="empty">${this.#absence()}</p>`}
      </section>`;
  }

  #absence() {
    const { factsProblem } = this.server;
    return factsProblem ? t('facts.refused', { reason: sentence(factsProblem) }) : t('facts.absent');
  }

  #command({ mqttPort }) {
    if (!mqttPort || !PLAIN.test(this.room.app)) return nothing;
    const group = this.room.group.replaceAll("'", String.raw`'\''`);
    const port = mqttPort === 1883 ? '' : ` -p ${mqttPort}`;
    const host = location.hostname.replace(/^\[|\]$/g, '');
    const command = `mosquitto_pub -h ${host}${port} -u ${this.room.app}/carol `
      + `-q 1 -t '$group/${group}' -m 'hi'`;
    return html`
      <div class="try">
        <h3>${t('try.heading')}</h3>
        <pre tabindex="0" data-testid="try-command"><code>${command}</code></pre>
        ${navigator.clipboard ? html`<button type="button" class="quiet" data-testid="try-copy"
          @click=${() => this.#copy(command)}>${t(this.copied ? 'try.copied' : 'try.copy')}</button>`
          : nothing}
      </div>`;
  }

  async #copy(command) {
    await navigator.clipboard.writeText(command);
    this.copied = true;
    setTimeout(() => { this.copied = false; }, COPIED_MS);
  }
}

function rows(facts) {
  const host = location.hostname;
  return [
    ['version', facts.version],
    ['node', facts.node],
    ['started', facts.startedAt && dayAndTime(facts.startedAt)],
    ['mqtt', facts.mqttPort && `${host}:${facts.mqttPort}`],
    ['ws', facts.wsPort && `ws://${host}:${facts.wsPort}/mqtt`],
    ['http', facts.httpPort && `http://${host}:${facts.httpPort}`],
  ].filter(([, value]) => value);
}

function row([name, value]) {
  return html`<div><dt>${t(`facts.${name}`)}</dt><dd data-testid="fact-${name}">${value}</dd></div>`;
}

customElements.define('herald-facts', FactsCard);
