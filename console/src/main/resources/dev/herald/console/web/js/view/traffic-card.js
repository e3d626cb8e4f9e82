import {
  Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip,
} from 'chart.js';
import { html, nothing } from 'lit';
import { SERIES_MS } from '../server/server-watch.js';
import { rate, shortSpan } from '../text/format.js';
import { t } from '../text/language.js';
import { LightElement } from './light-element.js';

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, Tooltip);

const SPAN_S = SERIES_MS / 1000;
const LINES = [['in', '--in', []], ['out', '--out', [5, 3]]];
const darkScheme = matchMedia('(prefers-color-scheme: dark)');

/** Messages in and out per second as lines over the last two minutes. */
class TrafficCard extends LightElement {
  static properties = { server: {} };

  #chart;
  #recolor = () => this.#drawAnew();

  connectedCallback() {
    super.connectedCallback();
    darkScheme.addEventListener('change', this.#recolor);
  }

  disconnectedCallback() {
    darkScheme.removeEventListener('change', this.#recolor);
    this.#chart?.destroy();
    this.#chart = undefined;
    super.disconnectedCallback();
  }

  firstUpdated() {
    this.follow(this.server);
  }

  render() {
    const readings = known(this.server.series);
    return html`
      <section class="card traffic" aria-labelledby="traffic-heading">
        <header>
          <h2 id="traffic-heading">${t('traffic.heading')}</h2>
          <p class="unit">${t('traffic.unit')}</p>
        </header>
        <div class="plot ${readings.length > 0 ? '' : 'bare'}">
          <canvas role="img" aria-label=${this.#summary(readings)} data-testid="traffic-chart"
            data-readings=${readings.length}></canvas>
          ${readings.length > 0 ? nothing : html`<p class="empty">${this.#emptiness()}</p>`}
        </div>
        <ul class="legend">${LINES.map(([name]) => html`
          <li class="line-${name}"><i aria-hidden="true"></i>${t(`traffic.${name}`)}
            <b>${this.#latest(name)}</b></li>`)}
        </ul>
      </section>`;
  }

  updated() {
    if (!this.#chart) this.#drawAnew();
    this.#feed();
  }

  #emptiness() {
    const { state, figures } = this.server;
    const reported = figures.received !== undefined || figures.sent !== undefined;
    return t(state === 'up' && !reported ? 'traffic.absent' : 'traffic.empty');
  }

  #latest(name) {
    const value = this.server.series.at(-1)?.[name];
    return value === undefined ? html`&ndash;` : html`${rate(value)} ${t('figures.perSecond')}`;
  }

  #summary(readings) {
    if (readings.length === 0) return this.#emptiness();
    const said = (value) => (value === undefined ? t('traffic.nothing') : rate(value));
    const highest = (name) => said(readings.map((reading) => reading[name])
      .filter((value) => value !== undefined).reduce((a, b) => Math.max(a, b), 0));
    const last = this.server.series.at(-1);
    return t('traffic.summary', {
      in: said(last.in), out: said(last.out), inMax: highest('in'), outMax: highest('out'),
    });
  }

  #feed() {
    const now = this.server.series.at(-1)?.at ?? 0;
    LINES.forEach(([name], index) => {
      this.#chart.data.datasets[index].data = this.server.series.map((reading) => (
        { x: (reading.at - now) / 1000, y: reading[name] ?? null }));
      this.#chart.data.datasets[index].label = t(`traffic.${name}`);
    });
    this.#chart.update('none');
  }

  #drawAnew() {
    this.#chart?.destroy();
    const style = getComputedStyle(this);
    const color = (name) => style.getPropertyValue(name).trim();
    this.#chart = new Chart(this.querySelector('canvas'), {
      type: 'line',
      data: { datasets: LINES.map(([, variable, dash]) => line(color(variable), dash)) },
      options: options(color, style.fontFamily),
    });
    if (this.hasUpdated) this.#feed();
  }
}

function known(series) {
  return series.filter((reading) => reading.in !== undefined || reading.out !== undefined);
}

function line(color, dash) {
  return {
    data: [],
    borderColor: color,
    backgroundColor: `${color}1c`,
    borderDash: dash,
    borderWidth: 2,
    fill: dash.length === 0 ? 'origin' : false,
    pointRadius: 0,
    pointHitRadius: 12,
    tension: 0.25,
    cubicInterpolationMode: 'monotone',
  };
}

function options(color, family) {
  const ticks = { color: color('--muted'), font: { family, size: 11.5 }, maxRotation: 0 };
  return {
    animation: false,
    maintainAspectRatio: false,
    interaction: { mode: 'index', intersect: false },
    layout: { padding: { top: 6 } },
    scales: {
      x: {
        type: 'linear',
        min: -SPAN_S,
        max: 0,
        grid: { display: false },
        border: { color: color('--line') },
        ticks: { ...ticks, stepSize: 60, align: 'inner', callback: ago },
      },
      y: {
        min: 0,
        suggestedMax: 4,
        grid: { color: color('--line'), tickLength: 0 },
        border: { display: false },
        ticks: { ...ticks, padding: 8, maxTicksLimit: 5, callback: (value) => rate(value) },
      },
    },
    plugins: {
      tooltip: {
        titleFont: { family },
        bodyFont: { family },
        callbacks: {
          title: (items) => ago(Math.round(items[0].parsed.x)),
          label: (item) => `${item.dataset.label} ${rate(item.parsed.y)} ${t('figures.perSecond')}`,
        },
      },
    },
  };
}

function ago(seconds) {
  return seconds === 0 ? t('traffic.now') : t('traffic.ago', { time: shortSpan(-seconds) });
}

customElements.define('herald-traffic', TrafficCard);
