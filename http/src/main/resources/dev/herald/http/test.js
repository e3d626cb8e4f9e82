'use strict';

const FRAMES_SHOWN = 200;
const element = (id) => document.getElementById(id);
const value = (id) => element(id).value;
let socket = null;

function show(direction, text) {
  const line = document.createElement('li');
  line.className = direction;
  line.textContent = text;
  element('frames').prepend(line);
  while (element('frames').childElementCount > FRAMES_SHOWN) {
    element('frames').lastElementChild.remove();
  }
}

function showState(connected, text) {
  element('state').textContent = text;
  element('open').disabled = connected;
  element('close').disabled = !connected;
  element('submit').disabled = !connected;
}

function address() {
  const path = [value('appId'), value('gatewayId')].map(encodeURIComponent).join('/');
  const query = new URLSearchParams();
  if (value('after')) {
    query.set('after', value('after'));
  }
  if (element('notices').checked) {
    query.set('notices', '1');
  }
  const scheme = location.protocol === 'https:' ? 'wss://' : 'ws://';
  return scheme + location.host + '/chat/message/broadcast/' + path + '?' + query;
}

element('connect').addEventListener('submit', (event) => {
  event.preventDefault();
  socket = new WebSocket(address());
  showState(true, 'connecting');
  socket.onopen = () => showState(true, 'connected');
  socket.onmessage = (frame) => show('in', frame.data);
  socket.onclose = (end) => showState(false, ('closed ' + end.code + ' ' + end.reason).trim());
});

element('close').addEventListener('click', () => socket.close(1000));

element('send').addEventListener('submit', (event) => {
  event.preventDefault();
  const frame = JSON.stringify({
    appId: value('appId'),
    groupId: value('groupId'),
    userId: value('userId'),
    content: value('content'),
    type: value('type') === '' ? null : Number(value('type')),
    clientMessageId: crypto.getRandomValues(new Uint32Array(4)).join('-'),
  });
  socket.send(frame);
  show('out', frame);
});
