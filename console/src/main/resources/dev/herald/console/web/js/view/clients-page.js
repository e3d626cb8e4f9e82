import { html, nothing } from 'lit';
import { route } from '../route.js';
import { count, dayAndTime, moment, size, span } from '../text/format.js';
import { t } from '../text/language.js';
import { fact } from './browse.js';
import { BrowsePage } from './browse-page.js';

/** The clients of an app: found by identifier, user and tag; what one has, and the end of its connection. */
class ClientsPage extends BrowsePage {
  view = 'clients';
  one = 'client';
  fields = [
    { name: 'prefix', param: 'prefix', label: 'clients.prefix' },
    { name: 'user', param: 'userId', label: 'chat.user' },
    { name: 'tag', param: 'tag', label: 'clients.tag' },
  ];

  row({ clientId, userId, connected, since }, app) {
    return {
      name: clientId,
      href: route.href('clients', app, clientId),
      current: clientId === route.item,
      state: connected ? 'online' : 'away',
      said: html`<i class="dot ${connected ? 'good' : ''}" aria-hidden="true"></i>${
        t(connected ? 'clients.on' : 'clients.off')}${since === null ? nothing : html` ${moment(since)}`}`,
      more: userId,
    };
  }

  status({ connected }) {
    return connected ? { state: 'online', said: t('clients.on') } : { state: 'idle', said: t('clients.off') };
  }

  canEnd({ connected }) {
    return connected;
  }

  about(client) {
    const { userId, since, connected, address, protocol, sessionExpirySeconds, heldBytes } = client;
    const { device, tags, subscriptionCount, subscriptions } = client;
    const held = size(heldBytes);
    return html`
      <dl class="about">
        ${fact('client-user', t('chat.user'), userId === '' ? t('clients.nobody') : html`<bdi>${userId}</bdi>`, userId)}
        ${device === null ? nothing : fact('client-device', t('clients.device'), html`<bdi>${device}</bdi>`, device)}
        ${tags.length === 0 ? nothing : fact('client-tags', t('clients.tags'), html`<bdi>${tags.join(', ')}</bdi>`, tags.length)}
        ${fact('client-since', t(connected ? 'clients.since' : 'clients.awaySince'), since === null ? t('clients.unknown')
          : html`${dayAndTime(since)} <span class="after">${span(Date.now() - since)}</span>`, since)}
        ${connected ? html`${fact('client-address', t('clients.address'), address, address)}
          ${fact('client-protocol', t('clients.protocol'), `MQTT ${protocol}`, protocol)}` : nothing}
        ${fact('client-expiry', t('clients.expiry'), sessionExpirySeconds === 0 ? t('clients.endsWith')
          : t('clients.outlives', { time: span(sessionExpirySeconds * 1000) }), sessionExpirySeconds)}
        ${fact('client-held', t('clients.held'), `${held.value} ${held.unit}`, heldBytes)}
        ${fact('client-subscriptions', t('clients.subscriptions'), count(subscriptionCount), subscriptionCount)}
      </dl>
      ${subscriptionCount === 0 ? nothing : html`
        <ul class="entries about" aria-label=${t('clients.subscriptions')} tabindex="0">${subscriptions.map(({ filter, qos }) => html`
          <li data-testid="client-filter"><code><bdi>${filter}</bdi></code> <small>QoS ${qos}</small></li>`)}
          ${subscriptionCount > subscriptions.length ? html`<li>${t('clients.further',
            { count: count(subscriptionCount - subscriptions.length) })}</li>` : nothing}</ul>`}`;
  }
}

customElements.define('herald-clients', ClientsPage);
