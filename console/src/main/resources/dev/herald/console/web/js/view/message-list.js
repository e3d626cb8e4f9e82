// The rows of a conversation: a line for each day, and the messages, those of one user in a row
// drawn together. Texts are always texts: nothing in a message becomes markup.

import { html, nothing } from 'lit';
import { day, dayAndTime, sameDay, timeOfDay } from '../text/format.js';
import { t } from '../text/language.js';

const TOGETHER_MS = 120_000;
const MARKS = { sent: '✓', stored: '✓✓', unconfirmed: '!' };

/** Rows as {key, view(pane)}, in the order of the entries. */
export function daysAndMessages(entries) {
  const rows = [];
  let before;
  for (const entry of entries) {
    if (!before || !sameDay(before.at, entry.at)) {
      rows.push({ key: `day-${entry.key}`, view: () => dayLine(entry.at) });
      before = undefined;
    }
    const together = before?.userId === entry.userId && entry.at - before.at < TOGETHER_MS;
    rows.push({ key: entry.key, view: (pane) => message(pane, entry, together) });
    before = entry;
  }
  return rows;
}

function dayLine(at) {
  return html`<p class="day"><span>${day(at)}</span></p>`;
}

function message(pane, entry, together) {
  const classes = ['message', entry.own ? 'own' : 'other', together ? 'together' : ''].join(' ');
  return html`
    <article class=${classes} data-testid="chat-${pane.side}-message" data-user=${entry.userId}
      data-own=${entry.own} data-state=${entry.state} data-seq=${entry.seq ?? nothing}
      data-recalled=${entry.recalled ? 'true' : nothing}>
      ${entry.own ? nothing : html`
        <p class="who ${together ? 'unseen' : ''}"><b>${entry.userId}</b> ${time(entry)}</p>`}
      ${entry.recalled ? html`<p class="bubble withdrawn">${withdrawn(entry)}</p>`
        : html`<p class="bubble" data-testid="chat-${pane.side}-text" dir="auto">${entry.content}</p>`}
      ${entry.own ? html`<p class="meta">${time(entry)} ${entry.recalled ? nothing : state(entry)}
        ${entry.state === 'unconfirmed' ? again(pane, entry) : nothing}</p>` : nothing}
    </article>`;
}

function time({ at }) {
  return html`<time datetime=${new Date(at).toISOString()} title=${dayAndTime(at)}>${timeOfDay(at)}</time>`;
}

function again(pane, entry) {
  return html`<button type="button" class="quiet" data-testid="chat-${pane.side}-again"
    ?disabled=${pane.client.state !== 'online'} @click=${() => pane.sendAgain(entry)}>
    ${t('chat.again')}</button>`;
}

function state(entry) {
  const said = t(`chat.${entry.state}`);
  return html`<span class="state ${entry.state}" title=${said}>
    <span aria-hidden="true">${MARKS[entry.state]}</span> ${said}</span>`;
}

function withdrawn({ cause }) {
  return cause ? t('chat.withdrawnCause', { cause }) : t('chat.withdrawn');
}
