/** Nearer to the end than this counts as being at the end, in CSS pixels. */
const AT_END_PX = 48;

/**
 * Keeps a list that grows scrolled to its end, unless the reader has scrolled away from it; then it
 * notes that there is something new below. Of one element, which it draws again when that changes.
 */
export class StickToEnd {
  /** Whether something came that is below what the reader sees. */
  unseen = false;

  #host;
  #list;
  #atEnd = true;
  #newest;
  #place;

  constructor(host) {
    this.#host = host;
  }

  get atEnd() { return this.#atEnd; }

  /** Takes the list, once it is drawn; another element than before is watched anew. */
  attach(list) {
    if (list === this.#list) return;
    this.#list = list;
    if (!list) return;
    list.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#keep()).observe(list);
  }

  /** To be told after each drawing: which list it is, and the key of its last row. */
  drawn(place, newest) {
    if (place !== this.#place) {
      this.#place = place;
      this.#atEnd = true;
      this.#note(false);
    }
    if (this.#atEnd) {
      this.#keep();
    } else if (newest !== this.#newest) {
      this.#note(true);
    }
    this.#newest = newest;
  }

  /** From now on the end is followed again. */
  follow() {
    this.#atEnd = true;
  }

  /** What is seen stays where it is while the list grows, until the reader scrolls. */
  stay() {
    this.#atEnd = false;
  }

  goToEnd() {
    this.follow();
    this.#note(false);
    this.#keep();
  }

  /** Does what puts rows before the first one, and keeps what is seen where it is. */
  async holding(action) {
    const before = this.#list.scrollHeight;
    this.stay();
    await action();
    await this.#host.updateComplete;
    this.#list.scrollTop += this.#list.scrollHeight - before;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    if (this.#atEnd) this.#note(false);
  }

  #keep() {
    if (this.#atEnd && this.#list) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #note(unseen) {
    if (unseen === this.unseen) return;
    this.unseen = unseen;
    this.#host.requestUpdate();
  }
}
