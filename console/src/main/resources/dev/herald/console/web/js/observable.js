/** Something that tells its watchers, at once and without arguments, that it has changed. */
export class Observable {
  #watchers = new Set();

  /** Calls `watcher` after each change until the returned function is called. */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  changed() {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** Lit controller: draws its element again when one of the observables changes. */
export class Redraw {
  #host;
  #sources;
  #stops = [];

  constructor(host, ...sources) {
    this.#host = host;
    this.#sources = sources;
    host.addController(this);
  }

  hostConnected() {
    this.#stops = this.#sources.map((source) => source.watch(() => this.#host.requestUpdate()));
  }

  hostDisconnected() {
    for (const stop of this.#stops) stop();
  }
}
