/** Does something again and again while its element is on the page and somebody may see it. */
export class Every {
  #ms;
  #action;
  #timer;

  constructor(host, ms, action) {
    this.#ms = ms;
    this.#action = action;
    host.addController(this);
  }

  hostConnected() {
    this.#timer = setInterval(() => { if (!document.hidden) this.#action(); }, this.#ms);
  }

  hostDisconnected() {
    clearInterval(this.#timer);
  }
}
