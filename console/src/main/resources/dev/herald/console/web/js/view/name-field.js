import { html } from 'lit';
import { live } from 'lit/directives/live.js';

/** An input for an id: the change is taken on Enter or when the focus leaves, Escape undoes it. */
export function nameField({ testid, value, refused, rename }) {
  const keys = (event) => {
    if (event.isComposing) return;
    if (event.key === 'Enter') event.target.blur();
    if (event.key === 'Escape') event.target.value = value;
  };
  return html`<input type="text" maxlength="127" autocomplete="off" autocapitalize="off"
    spellcheck="false" data-testid=${testid} .value=${live(value)}
    aria-invalid=${refused ? 'true' : 'false'}
    @keydown=${keys} @change=${(event) => rename(event.target.value)}>`;
}
