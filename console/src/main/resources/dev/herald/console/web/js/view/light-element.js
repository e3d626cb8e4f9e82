import { LitElement } from 'lit';
import { Redraw } from '../observable.js';
import { language } from '../text/language.js';

/** An element that draws into the page itself, so that one style sheet and one set of ids hold. */
export class LightElement extends LitElement {
  constructor() {
    super();
    new Redraw(this, language);
  }

  createRenderRoot() {
    return this;
  }

  /** Draws again whenever the observable changes; to be called once for each. */
  follow(observable) {
    new Redraw(this, observable);
  }
}
