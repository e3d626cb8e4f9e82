import { html, nothing } from 'lit';
import { count, moment, rate, size, span } from '../text/format.js';
import { t } from '../text/language.js';
import { LightElement } from './light-element.js';

/** The row of live figures. A figure that the server does not report is a dash, never 0. */
class FiguresStrip extends LightElement {
  static properties = { server: {} };

  firstUpdated() {
    this.follow(this.server);
  }

  render() {
    const stale = this.server.state === 'up' ? '' : 'stale';
    return html`
      <section class="card figures ${stale}" aria-label=${t('figures.heading')}>
        <dl>${this.#figures().map(figure)}</dl>
      </section>`;
  }

  #figures() {
    const { figures, rates, facts, lastAnswerAt } = this.server;
    const uptime = facts?.startedAt && lastAnswerAt ? lastAnswerAt - facts.startedAt : undefined;
    return [
      plain('connections', figures.connections),
      perSecond('received', rates.received, figures.received),
      perSecond('sent', rates.sent, figures.sent),
      plain('groupEvents', figures.groupEvents,
        figures.groups === undefined ? undefined
          : t('figures.groups', { count: count(figures.groups) })),
      plain('gateways', figures.gateways),
      plain('dropped', figures.dropped),
      memory(figures.memory, figures.memoryMax),
      {
        name: 'uptime',
        raw: uptime,
        value: uptime === undefined ? undefined : span(uptime),
        note: uptime === undefined ? undefined
          : t('figures.uptime.note', { time: moment(facts.startedAt) }),
      },
    ];
  }
}

function plain(name, raw, note) {
  const value = raw === undefined ? undefined : count(raw);
  return { name, raw, value, note: note ?? t(`figures.${name}.note`) };
}

function perSecond(name, raw, total) {
  const reported = total !== undefined;
  return {
    name,
    raw,
    value: raw === undefined ? undefined : rate(raw),
    unit: t('figures.perSecond'),
    note: reported ? t('figures.total', { count: count(total) }) : undefined,
    waiting: reported,
  };
}

function memory(used, max) {
  const known = used === undefined ? {} : size(used);
  const limit = max > 0 ? size(max) : undefined;
  return {
    name: 'memory',
    raw: used,
    ...known,
    note: limit ? t('figures.memory.max', { max: `${limit.value} ${limit.unit}` })
      : t('figures.memory.note'),
  };
}

function figure({ name, raw, value, unit, note, waiting }) {
  const known = value !== undefined;
  const said = known || waiting ? note : t('figures.absent');
  return html`
    <div class="figure" data-testid="figure-${name}" data-value=${raw ?? nothing}>
      <dt>${t(`figures.${name}`)}</dt>
      <dd class="value">${known ? html`${value}${unit ? html`<small>${unit}</small>` : nothing}`
        : html`<span class="absent" title=${t(waiting ? 'figures.waiting' : 'figures.absent')}>&ndash;</span>`}</dd>
      <dd class="note" title=${said}>${said}</dd>
    </div>`;
}

customElements.define('herald-figures', FiguresStrip);
