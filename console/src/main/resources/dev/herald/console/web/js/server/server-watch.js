import { Observable } from '../observable.js';
import { fetchJson, fetchText } from './http.js';
import { figuresOf, perSecond } from './figures.js';
import { Samples } from './prometheus.js';

const POLL_MS = 2000;
/** How far back the chart reaches. */
export const SERIES_MS = 120_000;

/**
 * Asks the server for its metrics every 2 seconds and for its facts when it has (come) up. Its
 * fields are what the page shows; watchers are told after each answer and after each failure.
 */
export class ServerWatch extends Observable {
  /** starting | up | away */
  state = 'starting';
  /** The answer of /v1/server, or undefined before the first. */
  facts;
  /** Why there are no facts, as a text key with values. */
  factsProblem;
  figures = {};
  rates = {};
  /** Readings of the last two minutes, oldest first: {at, in, out}; a rate may be undefined. */
  series = [];
  /** Wall-clock time of the last answer, in ms, or undefined. */
  lastAnswerAt;

  #previous;

  start() {
    this.#poll();
  }

  async #poll() {
    try {
      this.#read(Samples.parse(await fetchText('/metrics')));
      await this.#readFacts(this.state !== 'up');
      this.state = 'up';
      this.lastAnswerAt = Date.now();
    } catch {
      this.state = 'away';
      this.#previous = undefined;
      this.rates = {};
      this.#append(undefined, undefined);
    }
    this.changed();
    setTimeout(() => this.#poll(), POLL_MS);
  }

  #read(samples) {
    const at = performance.now();
    const figures = figuresOf(samples);
    const elapsed = this.#previous ? at - this.#previous.at : 0;
    const before = this.#previous?.figures ?? {};
    this.rates = {
      received: perSecond(before.received, figures.received, elapsed),
      sent: perSecond(before.sent, figures.sent, elapsed),
    };
    this.figures = figures;
    this.#previous = { at, figures };
    if (elapsed > 0) this.#append(this.rates.received, this.rates.sent);
  }

  #append(received, sent) {
    const at = performance.now();
    this.series = this.series.filter((reading) => at - reading.at <= SERIES_MS);
    this.series.push({ at, in: received, out: sent });
  }

  /** Ports may differ after a restart, so the facts are asked for again after every absence. */
  async #readFacts(again) {
    if (this.facts && !this.factsProblem && !again) return;
    try {
      this.facts = await fetchJson('/v1/server');
      this.factsProblem = undefined;
    } catch (failure) {
      this.factsProblem = failure.text;
    }
  }
}
