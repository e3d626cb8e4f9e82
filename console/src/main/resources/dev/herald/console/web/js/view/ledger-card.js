import { html, nothing } from 'lit';
import { problemOf } from '../server/http.js';
import { count, dayAndTime, timeOfDayMs } from '../text/format.js';
import { sentence, t } from '../text/language.js';
import { LightElement } from './light-element.js';

/** The steps of one message on its way, and of its recall: each with its time after the first. */
class LedgerCard extends LightElement {
  static properties = {
    api: {}, messageId: {}, withdrawn: {},
    ledger: { state: true }, problem: { state: true }, busy: { state: true },
  };

  updated(changes) {
    if (changes.has('messageId') || changes.has('withdrawn')) this.#ask();
  }

  render() {
    const { ledger, problem } = this;
    return html`
      <section class="ledger" aria-label=${t('ledger.heading')} aria-busy=${this.busy ? 'true' : 'false'}
        data-testid="ledger">
        ${problem ? html`<p class="problem" role="alert"><span>${sentence(problem)}</span></p>` : nothing}
        ${ledger ? html`${steps('creation', ledger.creation)}
          ${ledger.recall ? steps('recall', ledger.recall) : nothing}
          ${forgotten(ledger)}
          <p class="unit">${t('ledger.id', { id: ledger.messageId })}</p>`
          : problem ? nothing : html`<p class="empty">${t('ledger.loading')}</p>`}
        <button type="button" class="quiet" data-testid="ledger-again" ?disabled=${this.busy}
          @click=${() => this.#ask()}>${t('ledger.again')}</button>
      </section>`;
  }

  async #ask() {
    const { messageId } = this;
    this.busy = true;
    try {
      const ledger = await this.api.ledger(messageId);
      if (messageId !== this.messageId) return;
      this.ledger = ledger;
      this.problem = undefined;
    } catch (failure) {
      this.problem = { key: 'ledger.problem', values: { reason: problemOf(failure) } };
    }
    this.busy = false;
  }
}

function steps(name, way) {
  const { acceptedTime, journaledTime, storedTime, pushed } = way;
  const first = acceptedTime ?? journaledTime;
  return html`
    <h3>${t(`ledger.${name}`)}</h3>
    <dl data-testid="ledger-${name}">
      ${acceptedTime === null ? nothing : step('accepted', acceptedTime, first)}
      ${step('journaled', journaledTime, first)}
      ${step('stored', storedTime, first, t('ledger.unknown'))}
      ${pushed === null ? line('pushed', t('ledger.unknown')) : pushes(pushed, first)}
    </dl>`;
}

/** Why something is not known, if that is so. */
function forgotten({ creation, recall, rememberedMax }) {
  if (creation.pushed !== null && recall?.pushed !== null) return nothing;
  return html`<p class="unit">${rememberedMax === 0 ? t('ledger.off')
    : t('ledger.remembered', { count: count(rememberedMax) })}</p>`;
}

function step(name, time, first, absent) {
  return line(name, time === null ? absent : moment(time, first), time);
}

function pushes({ clients, clientsTime, gateways, gatewaysMore }, first) {
  return html`
    ${line('clients', clients === 0 ? t('ledger.none')
      : html`<b>${count(clients)}</b> ${moment(clientsTime, first)}`, clients)}
    ${gateways.length === 0 ? line('gateways', t('ledger.none'), 0) : nothing}
    ${gateways.map(({ gatewayId, queuedTime, writtenTime }) => html`
      <div><dt>${t('ledger.gateway')}</dt><dd data-testid="ledger-gateway" data-value=${gatewayId}>
        <b><bdi>${gatewayId}</bdi></b>
        ${writtenTime === null ? html`${moment(queuedTime, first)} ${t('ledger.waiting')}`
          : moment(writtenTime, first)}</dd></div>`)}
    ${gatewaysMore > 0 ? line('gateways', t('ledger.more', { count: count(gatewaysMore) })) : nothing}`;
}

function line(name, value, raw) {
  return html`<div><dt>${t(`ledger.${name}`)}</dt>
    <dd data-testid="ledger-${name}" data-value=${raw ?? nothing}>${value}</dd></div>`;
}

function moment(time, first) {
  const after = time === first ? '' : t('ledger.after', { ms: count(time - first) });
  return html`<time datetime=${new Date(time).toISOString()} title=${dayAndTime(time)}>${
    timeOfDayMs(time)}</time> <span class="after">${after}</span>`;
}

customElements.define('herald-ledger', LedgerCard);
