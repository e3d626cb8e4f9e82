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
