// What the pages share in which something is chosen on the left and shown beside it.

import { html, nothing } from 'lit';
import { route } from '../route.js';
import { sentence, t } from '../text/language.js';

/** Both halves; in a narrow window only the second one once something is chosen. */
export function halves(opened, pick, detail) {
  return html`
    <div class="workspace browse" data-opened=${opened ? 'true' : nothing}>
      <div class="side">${pick}</div>
      ${detail}
    </div>`;
}

/** A line of the form on the left: a name, and an input that is told to `set` as it is typed. */
export function field(testid, label, value, set) {
  return html`<label class="name"><span>${label}</span>
    <input type="text" autocomplete="off" autocapitalize="off" spellcheck="false"
      data-testid=${testid} .value=${value} @input=${(event) => set(event.target.value)}></label>`;
}

/** A Listing as links; `row(item)` gives {name, href, current, said, more}: texts beside the name and below it. */
export function list(listing, { testid, empty, row }) {
  const { items, state, problem, hasMore } = listing;
  return html`
    <div role="alert">${problem ? html`<p class="problem"><span>${t('list.problem', { reason: sentence(problem) })}</span></p>`
      : nothing}</div>
    <ul class="items" aria-busy=${state === 'loading' ? 'true' : 'false'}>${items.map((item) => line(testid, row(item)))}</ul>
    ${items.length === 0 && state === 'ready' ? html`<p class="empty" data-testid="${testid}-none">${empty}</p>` : nothing}
    ${hasMore ? html`<button type="button" class="quiet" data-testid="${testid}-more"
      @click=${() => listing.more()}>${t('list.more')}</button>` : nothing}`;
}

function line(testid, { name, href, current, said, more, state }) {
  return html`<li><a href=${href} aria-current=${current ? 'true' : nothing} data-testid=${testid}
    data-state=${state ?? nothing}><bdi>${name}</bdi> <small>${said}</small>
    ${more ? html`<span class="more"><bdi>${more}</bdi></span>` : nothing}</a></li>`;
}

/** The way back to what can be chosen, for a narrow window. */
export function back(view) {
  return html`<a class="back" href=${route.href(view)} data-testid="${view}-all">&larr; ${t(`${view}.all`)}</a>`;
}

/** What is shown while nothing is chosen. */
export function nothingChosen(view) {
  return html`<div class="nothing"><h2 id="detail-heading">${t(`${view}.choose`)}</h2>
    <p class="empty">${t(`${view}.chooseNote`)}</p></div>`;
}

/** A line of a description. */
export function fact(testid, label, value, raw) {
  return html`<div><dt>${label}</dt><dd data-testid=${testid} data-value=${raw ?? nothing}>${value}</dd></div>`;
}
