import { html } from 'lit';
import { live } from 'lit/directives/live.js';

/**
 * An input for an id. A change is taken on Enter or when the focus leaves; one that `rename` does
 * not take stays in the field as `refused`, to be mended; Escape goes back to the value that holds.
 */
export function nameField({ testid, value, refused, rename }) {
  const keys = (event) => {
    if (event.isComposing) return;
    if (event.key === 'Enter') event.target.blur();
    if (event.key === 'Escape') {
      event.target.value = value;
      rename(value);
    }
  };
  return html`<input type="text" maxlength="127" autocomplete="off" autocapitalize="off"
    spellcheck="false" data-testid=${testid} .value=${live(refused ?? value)}
    aria-invalid=${refused === undefined ? 'false' : 'true'}
    @keydown=${keys} @change=${(event) => rename(event.target.value)}>`;
}
