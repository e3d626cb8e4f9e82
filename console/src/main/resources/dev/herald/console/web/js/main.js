// The console's entry: one server watch, one room with two chat clients, and the page that shows them.
//
// Browser tests find things by data-testid; these names stay (everything is in the light DOM):
//   language-en, language-zh            buttons; aria-pressed tells the current one
//   server-state                        data-state = starting | up | away
//   server-away                         the sentence while the server does not answer
//   figure-connections, figure-received, figure-sent, figure-gateways, figure-groupEvents,
//   figure-dropped, figure-memory, figure-uptime
//                                       data-value = the raw number, absent when not reported
//   traffic-chart                       data-readings = number of readings drawn
//   server-facts, fact-version, fact-node, fact-started, fact-mqtt, fact-ws, fact-http
//   try-command, try-copy
//   chat-app, chat-group                inputs; a change is taken on Enter or when the focus leaves
//   chat-left, chat-right               the panes; for each of them (left shown):
//   chat-left-user                      input, taken like chat-app
//   chat-left-status                    data-state = idle | connecting | online | waiting | closed
//   chat-left-retry                     button, while waiting
//   chat-left-reload                    button, when the history could not be read
//   chat-left-problem                   the sentence that says what is wrong
//   chat-left-messages                  the list; aria-busy while the history is loading
//   chat-left-message                   each message: data-user, data-seq, data-own,
//                                       data-state = sent | stored | unconfirmed, data-recalled
//   chat-left-text                      the text in a message
//   chat-left-again                     button in an unconfirmed message
//   chat-left-earlier, chat-left-newest buttons, when there is something to go to
//   chat-left-input, chat-left-send     the composer

//   view-overview, view-groups, view-consumer-groups, view-chats, view-clients, view-notify
//                                       links; aria-current tells the current page
//   groups-app, groups-group, groups-open
//   group                               each group of the app; group-none, group-more
//   groups-all                          link back to the choice; in a narrow window only
//   groups-user                         who acts; taken like chat-app
//   groups-status                       data-state = connecting | online | waiting | idle
//   groups-problem, groups-retry, groups-empty
//   filter-show                         button; in a very narrow window only
//   filter-user, filter-from, filter-to, filter-apply, filter-clear
//   filter-total                        data-value = how many matched; filter-problem
//   group-events                        the list; data-state, aria-busy while it is loading
//   group-event                         each row: data-seq, data-kind = create | recall | notice |
//                                       deleteNotice, data-user, data-withdrawn
//   group-event-text                    the text in a row
//   group-event-ledger, group-event-withdraw
//                                       buttons in a row
//   group-withdraw, group-withdraw-cause, group-withdraw-do, group-withdraw-problem
//   group-earlier, group-newest         buttons, when there is something to go to
//   compose-message, compose-notice, compose-type, compose-title, compose-jumpUrl,
//   compose-content, compose-send, compose-problem
//   ledger, ledger-again, ledger-creation, ledger-recall
//   ledger-accepted, ledger-journaled, ledger-stored, ledger-clients
//                                       data-value = the raw time or number, absent if not known
//   ledger-gateway                      one for each; data-value = its id
//   consumer-groups-app, consumer-groups-find, consumer-groups-all
//   consumer-group                      each one found; consumer-group-none, consumer-group-more
//   consumer-group-status               data-state = connecting | online | away
//   shared-underWay, shared-waiting, shared-dispatched, shared-consumed, shared-redelivered,
//   shared-refused, shared-dropped, shared-deadLetters
//                                       data-value = the raw number
//   member                              each member: data-value = its client, data-state
//   try-topic, try-key, try-payload, try-do, try-problem
//   try-answer                          data-value = how many groups and subscribers took it

//   chats-app, chats-find, chats-all
//   chat                                each one found; chat-none, chat-more
//   chat-status                         data-state = connecting | online | away
//   chat-owner, chat-created, chat-active, chat-seq, chat-creator
//                                       data-value = the raw value
//   chat-member                         each one: data-value = its client, data-state = online | away
//   chats-as, chat-say, chat-say-do     a word to the participants
//   chat-end, chat-end-form, chat-end-do, chat-done

//   clients-app, clients-prefix, clients-user, clients-tag, clients-find, clients-all
//   client                              each one found; data-state = online | away
//   client-none, client-more            when none is, when there are more
//   client-status                       data-state = connecting | online | idle | away
//   client-user, client-device, client-tags, client-since, client-address, client-protocol, client-expiry, client-held,
//   client-subscriptions                data-value = the raw value
//   client-filter                       each subscription
//   client-end, client-end-form, client-end-do, client-done
//   notify-app, notify-everybody, notify-users, notify-devices, notify-any, notify-all, notify-none,
//   notify-content, notify-ttl, notify-send, notify-problem
//   notify-outcome                      each one sent: data-value = how many it reached

import { ChatClient } from './chat/chat-client.js';
import { sweepStorage } from './chat/mqtt-link.js';
import { Room } from './chat/room.js';
import { ServerWatch } from './server/server-watch.js';
import './view/console-page.js';

sweepStorage();
const server = new ServerWatch();
const room = new Room();
const clients = {
  left: new ChatClient(room, 'left', server),
  right: new ChatClient(room, 'right', server),
};

Object.assign(document.querySelector('herald-console'), { server, room, clients });
server.start();
