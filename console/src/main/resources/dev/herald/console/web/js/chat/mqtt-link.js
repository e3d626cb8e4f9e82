// One MQTT connection over WebSocket that subscribes to one topic, kept up with back-off.

import { Observable } from '../observable.js';

const { Paho } = globalThis;

const CONNECT_TIMEOUT_S = 8;
/** Browsers wake a hidden page only once a minute; the interval has to outlast that with ease. */
const KEEP_ALIVE_S = 120;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const CLIENT_ID_PREFIX = 'herald-console-';
/** Codes of the MQTT library: the connection timed out; CONNACK carried a refusal. */
const TIMED_OUT = 1;
const REFUSED = 6;
const CONNACK_UNAVAILABLE = 3;

/** The pause before attempt `attempt` (1 = first repetition): doubled each time, 20 % random. */
export function pauseMs(attempt, random = Math.random()) {
  const whole = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return Math.round(whole * (0.8 + 0.2 * random));
}

/**
 * `onMessage(bytes)` is called for each message on the topic, `onUp()` after each subscription.
 * A link is opened once and closed once; whoever wants other names makes another link.
 */
export class MqttLink extends Observable {
  /** connecting | online | waiting | closed */
  state = 'connecting';
  /** What went wrong last: {key} of the page's texts, or undefined while all is well. */
  problem;
  /** While waiting: the wall-clock time of the next attempt, in ms. */
  retryAt = 0;

  #target;
  #handlers;
  #client;
  #attempt = 0;
  #timer;
  #unacknowledged = new Map();

  /** `target` is {host, port, secure, username, topic}. */
  constructor(target, handlers) {
    super();
    this.#target = target;
    this.#handlers = handlers;
  }

  open() {
    if (Paho) this.#connect();
    else this.#become('closed', 'problem.library');
  }

  /** Tries at once instead of waiting for the end of the pause. */
  retryNow() {
    if (this.state !== 'waiting') return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  close() {
    clearTimeout(this.#timer);
    this.#abandon();
    this.#become('closed');
  }

  /** Sends at QoS 1: resolved by the acknowledgement, rejected when the connection ends first. */
  publish(bytes) {
    const message = new Paho.Message(bytes);
    message.destinationName = this.#target.topic;
    message.qos = 1;
    return new Promise((resolve, reject) => {
      this.#unacknowledged.set(message, { resolve, reject });
      this.#client.send(message);
    });
  }

  #connect() {
    const { host, port, secure, username } = this.#target;
    const id = CLIENT_ID_PREFIX + crypto.getRandomValues(new Uint32Array(2)).join('-');
    const client = new Paho.Client(host, port, '/mqtt', id);
    const current = (action) => (...values) => {
      if (this.#client === client) action(...values);
    };
    this.#client = client;
    client.onMessageArrived = current((message) => this.#handlers.onMessage(message.payloadBytes));
    client.onMessageDelivered = current((message) => this.#acknowledge(message));
    client.onConnectionLost = current(() => this.#failed('problem.lost'));
    this.#become('connecting', this.problem);
    client.connect({
      userName: username,
      useSSL: secure,
      mqttVersion: 4,
      cleanSession: true,
      timeout: CONNECT_TIMEOUT_S,
      keepAliveInterval: KEEP_ALIVE_S,
      onSuccess: current(() => this.#subscribe(current)),
      onFailure: current((failure) => this.#failed(connectProblem(failure))),
    });
  }

  #subscribe(current) {
    this.#client.subscribe(this.#target.topic, {
      qos: 1,
      timeout: CONNECT_TIMEOUT_S,
      onSuccess: current(() => {
        this.#attempt = 0;
        this.#become('online');
        this.#handlers.onUp();
      }),
      onFailure: current(() => this.#failed('problem.subscribe')),
    });
  }

  #failed(problem) {
    this.#abandon();
    this.#attempt += 1;
    const pause = pauseMs(this.#attempt);
    this.retryAt = Date.now() + pause;
    this.#timer = setTimeout(() => this.#connect(), pause);
    this.#become('waiting', problem);
  }

  #acknowledge(message) {
    this.#unacknowledged.get(message)?.resolve();
    this.#unacknowledged.delete(message);
  }

  /** Lets go of the current connection; what it still reports concerns nobody. */
  #abandon() {
    const client = this.#client;
    this.#client = undefined;
    try {
      client?.disconnect();
    } catch {
      // The library throws when the connection is down already, which is what we want.
    }
    const waiting = [...this.#unacknowledged.values()];
    this.#unacknowledged.clear();
    for (const { reject } of waiting) reject(new Error('the connection ended'));
  }

  #become(state, problem) {
    this.state = state;
    this.problem = problem;
    this.changed();
  }
}

/** The library tells the CONNACK's return code only inside its sentence. */
function connectProblem({ errorCode, errorMessage }) {
  if (errorCode === TIMED_OUT) return 'problem.timeout';
  if (errorCode !== REFUSED) return 'problem.unreachable';
  const code = Number(/return code:(\d+)/.exec(errorMessage)?.[1]);
  return code === CONNACK_UNAVAILABLE ? 'problem.unavailable' : 'problem.identity';
}

/**
 * The library keeps unacknowledged messages in the browser's storage in case the page goes on with
 * the same client id. This page never does, so what earlier visits left is removed.
 */
export function sweepStorage() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith('Sent:') && key.includes(CLIENT_ID_PREFIX)) localStorage.removeItem(key);
    }
  } catch {
    // No storage, nothing to sweep.
  }
}
