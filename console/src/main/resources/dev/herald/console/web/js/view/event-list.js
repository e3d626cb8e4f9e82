// The rows of a group: messages, notices and what withdrew them. Texts are always texts: nothing in
// them becomes markup, and an address becomes a link only if it is one of the web.

import { html, nothing } from 'lit';
import { day, dayAndTime, sameDay, timeOfDay } from '../text/format.js';
import { t } from '../text/language.js';
import './ledger-card.js';

/** Longer texts scroll in their row, and so have to be reached by the keyboard. */
const LONG_TEXT = 1200;

/** Rows as {key, view(page)}, with a line before the first of each day. */
export function daysAndEvents(rows) {
  const lines = [];
  let before;
  for (const row of rows) {
    if (!before || !sameDay(before.at, row.at)) {
      lines.push({ key: `day-${row.key}`, view: () => html`<li class="day"><span>${day(row.at)}</span></li>` });
    }
    lines.push({ key: row.key, view: (page) => eventRow(page, row) });
    before = row;
  }
  return lines;
}

function eventRow(page, row) {
  const withdrawn = (row.message ?? row.notice).status === 0;
  return html`
    <li class="event" data-testid="group-event" data-seq=${row.seq}
      data-kind=${row.kind} data-user=${row.userId ?? nothing}
      data-withdrawn=${withdrawn ? 'true' : nothing}>
      <p class="event-top">
        <span class="seq" title=${t('groups.seq')}>${row.seq}</span>
        ${row.kind === 'create' ? nothing : html`<span class="kind">${t(`groups.kind.${row.kind}`)}</span>`}
        <bdi class="by">${row.userId ?? t('groups.nobody')}</bdi>
        ${typeOf(row)}
        <time datetime=${new Date(row.at).toISOString()} title=${dayAndTime(row.at)}>${timeOfDay(row.at, true)}</time>
      </p>
      <div class="said">${contents(row, withdrawn)}</div>
      ${actions(page, row, withdrawn)}
      ${page.asked?.seq === row.seq ? confirmation(page, row) : nothing}
      ${page.opened.has(row.seq) && row.message ? html`
        <herald-ledger id="ledger-${row.seq}" .api=${page.watch.api} .messageId=${row.message.messageId}
          .withdrawn=${withdrawn}></herald-ledger>` : nothing}
    </li>`;
}

function typeOf({ kind, message, notice }) {
  const { type } = message ?? notice;
  const told = (kind === 'create' && type !== null) || (kind === 'notice' && type !== 0);
  return told ? html`<span class="kind">${t('groups.typeIs', { type })}</span>` : nothing;
}

function contents({ kind, message, notice }, withdrawn) {
  switch (kind) {
    case 'create':
      return withdrawn
        ? html`<p class="text withdrawn">${message.recallCause
          ? t('chat.withdrawnCause', { cause: message.recallCause }) : t('chat.withdrawn')}</p>`
        : text(message.content);
    case 'recall':
      return html`<p class="text withdrawn">${message.recallCause
        ? t('groups.recalledCause', { seq: message.seq, cause: message.recallCause })
        : t('groups.recalled', { seq: message.seq })}</p>`;
    case 'notice':
      return withdrawn ? html`<p class="text withdrawn">${t('groups.noticeGone')}</p>`
        : html`<p class="title" dir="auto">${notice.title}</p>${text(notice.content)}${link(notice.jumpURL)}`;
    default:
      return html`<p class="text withdrawn">${t('groups.noticeDeleted', { seq: notice.seq })}</p>`;
  }
}

function text(content) {
  if (content === '') return html`<p class="text withdrawn">${t('groups.emptyText')}</p>`;
  return html`<p class="text" dir="auto" data-testid="group-event-text"
    tabindex=${content.length > LONG_TEXT ? '0' : nothing}>${content}</p>`;
}

function link(address) {
  if (!address) return nothing;
  return /^https?:\/\//i.test(address)
    ? html`<p class="link"><a href=${address} target="_blank" rel="noopener noreferrer">${address}</a></p>`
    : html`<p class="link"><bdi>${address}</bdi></p>`;
}

function actions(page, row, withdrawn) {
  const button = (name, label, expanded, action) => html`<button type="button" class="quiet"
    data-testid="group-event-${name}" aria-expanded=${expanded ? 'true' : 'false'}
    aria-label=${t('groups.actionOn', { action: t(label), seq: row.seq })} @click=${action}>${t(label)}</button>`;
  const asked = page.asked?.seq === row.seq;
  const isNotice = row.kind === 'notice';
  if (row.kind !== 'create' && !isNotice) return nothing;
  if (isNotice && withdrawn) return nothing;
  return html`<p class="actions">
    ${isNotice ? nothing : button('ledger', 'groups.ledger', page.opened.has(row.seq),
      () => page.toggleLedger(row.seq))}
    ${withdrawn ? nothing : button('withdraw', isNotice ? 'groups.delete' : 'groups.recall', asked,
      () => page.askToWithdraw(asked ? undefined : row))}
  </p>`;
}

/** Withdrawing cannot be undone: who does it and why is asked first. */
function confirmation(page, row) {
  const { asked } = page;
  const isNotice = row.kind === 'notice';
  return html`
    <form class="confirm" data-testid="group-withdraw" @submit=${(event) => page.withdraw(event)}
      @keydown=${(event) => { if (event.key === 'Escape') page.askToWithdraw(undefined); }}>
      <p>${t(isNotice ? 'groups.deleteSure' : 'groups.recallSure', { user: page.user })}</p>
      ${isNotice ? nothing : html`<label class="name"><span>${t('groups.cause')}</span>
        <input type="text" maxlength="255" autocomplete="off" data-testid="group-withdraw-cause"
          .value=${asked.cause} @input=${(event) => { asked.cause = event.target.value; }}></label>`}
      ${asked.problem ? html`<p class="problem" role="alert" data-testid="group-withdraw-problem">
        <span>${asked.problem}</span></p>` : nothing}
      <p class="actions">
        <button class="send" data-testid="group-withdraw-do" ?disabled=${asked.busy}>
          ${t(isNotice ? 'groups.delete' : 'groups.recall')}</button>
        <button type="button" class="quiet" @click=${() => page.askToWithdraw(undefined)}>
          ${t('groups.cancel')}</button>
      </p>
    </form>`;
}
