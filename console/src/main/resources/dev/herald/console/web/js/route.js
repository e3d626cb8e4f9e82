// Which page is shown, as the address says: #/ the overview, #/groups the groups, and
// #/groups/{app}/{group} one of them. Any other fragment is a place in the page that is shown.

import { Observable } from './observable.js';

const GROUPS = '#/groups';

class Route extends Observable {
  /** overview | groups */
  view = 'overview';
  /** The group that the address names, or undefined. */
  app;
  group;

  constructor() {
    super();
    this.#read();
    addEventListener('hashchange', () => {
      this.#read();
      this.changed();
    });
  }

  /** The address of a page as it is when nothing in it was chosen. */
  viewHref(view) {
    return `#/${view === 'overview' ? '' : view}`;
  }

  /** The address of a group. */
  groupHref(app, group) {
    return `${GROUPS}/${encodeURIComponent(app)}/${encodeURIComponent(group)}`;
  }

  toGroup(app, group) {
    location.hash = this.groupHref(app, group);
  }

  #read() {
    const { hash } = location;
    if (hash !== '' && !hash.startsWith('#/')) return;
    this.view = hash === GROUPS || hash.startsWith(`${GROUPS}/`) ? 'groups' : 'overview';
    [this.app, this.group] = this.view === 'groups' ? names(hash.slice(GROUPS.length + 1)) : [];
  }
}

/** The two names of `app/group`; none when it is not that. */
function names(path) {
  try {
    const found = path.split('/').map(decodeURIComponent);
    return found.length === 2 && found.every((name) => name !== '') ? found : [];
  } catch {
    return [];
  }
}

export const route = new Route();
