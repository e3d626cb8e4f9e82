// Reads the Prometheus text format, as far as plain samples go.

const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** The samples of one answer, asked for by metric name. */
export class Samples {
  #byName = new Map();

  static parse(text) {
    const samples = new Samples();
    for (const line of text.split('\n')) {
      const match = line.startsWith('#') ? null : SAMPLE.exec(line);
      const value = match ? Number(match[3].replace('+Inf', 'Infinity')) : NaN;
      if (Number.isFinite(value)) samples.#add(match[1], match[2] ?? '', value);
    }
    return samples;
  }

  /**
   * The sum of the samples of the first of `names` that was reported with these labels.
   * Undefined when none was: a figure that is absent is not a figure of 0.
   */
  sum(names, labels = {}) {
    for (const name of names) {
      const matching = (this.#byName.get(name) ?? []).filter((sample) =>
        Object.entries(labels).every(([key, value]) => sample.labels[key] === value));
      if (matching.length > 0) return matching.reduce((sum, sample) => sum + sample.value, 0);
    }
    return undefined;
  }

  #add(name, labelText, value) {
    const labels = {};
    for (const [, key, text] of labelText.matchAll(LABEL)) {
      labels[key] = text.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
    }
    if (!this.#byName.has(name)) this.#byName.set(name, []);
    this.#byName.get(name).push({ labels, value });
  }
}
