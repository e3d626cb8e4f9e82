// Which page is shown, as the address says: #/ the overview, #/{page} another one, #/{page}/{app} the
// same for an app, and #/{page}/{app}/{item} one thing of it. Any other fragment is a place in the
// page that is shown.

import { Observable } from './observable.js';
import { remember, remembered } from './remembered.js';

/** The pages, in the order in which they are offered. */
export const VIEWS = ['overview', 'groups', 'consumer-groups', 'chats', 'clients', 'notify'];

const [FIRST] = VIEWS;
const APP = 'demo';

class Route extends Observable {
  view = FIRST;
  /** The app that the address names, or undefined. */
  app;
  /** What the address names of it, or undefined. */
  item;

  constructor() {
    super();
    this.#read();
    addEventListener('hashchange', () => {
      this.#read();
      this.changed();
    });
  }

  /** The app to begin with where none is named: the one that was looked at last. */
  get lastApp() {
    return this.app ?? remembered('app', remembered('room', {}).app ?? APP);
  }

  /** The address of a page, for an app, of one thing in it. */
  href(view, app, item) {
    const path = [view === FIRST ? '' : view, app, item].filter((name) => name !== undefined);
    return `#/${path.map(encodeURIComponent).join('/')}`;
  }

  to(view, app, item) {
    location.hash = this.href(view, app, item);
  }

  #read() {
    const { hash } = location;
    if (hash !== '' && !hash.startsWith('#/')) return;
    const [view, ...path] = hash.slice(2).split('/');
    this.view = VIEWS.includes(view) ? view : FIRST;
    [this.app, this.item] = names(path);
    if (this.app !== undefined) remember('app', this.app);
  }
}

/** The names of `app` or `app/item`; none when it is neither. */
function names(path) {
  try {
    const found = path.map(decodeURIComponent);
    return found.length <= 2 && found.every((name) => name !== '') ? found : [];
  } catch {
    return [];
  }
}

export const route = new Route();
