// Requests to the server that served this page.

const TIMEOUT_MS = 5000;
const NO_CONTENT = 204;

/** A request that did not succeed; `text` is a key of the page's texts with its values. */
export class RequestFailure extends Error {
  constructor(key, values, status) {
    super(key);
    this.text = { key, values };
    /** The status of HTTP, or undefined when there was no answer. */
    this.status = status;
  }
}

export async function fetchText(path) {
  const response = await request(path);
  if (!response.ok) throw new RequestFailure('reason.status', { status: response.status });
  return response.text().catch(() => { throw new RequestFailure('reason.noAnswer', {}); });
}

/**
 * The document of a resource. `options`: method, body (an object that is sent as JSON) or text, timeoutMs
 * and signal, which ends the request. Undefined if there is nothing to tell; a refusal says what the
 * server said.
 */
export async function fetchJson(path, options = {}) {
  const response = await request(path, options);
  if (response.status === NO_CONTENT) return undefined;
  const document = await response.json().catch(() => undefined);
  if (response.ok && document !== undefined) return document;
  if (document?.detail) {
    throw new RequestFailure('reason.said', { message: document.detail }, response.status);
  }
  throw response.ok ? new RequestFailure('reason.unreadable', {}, response.status)
    : new RequestFailure('reason.status', { status: response.status }, response.status);
}

/** The data of a group-message answer, whose envelope says itself what was wrong. */
export async function fetchData(path, options = {}) {
  const response = await request(path, options);
  const envelope = await response.json().catch(() => undefined);
  if (envelope?.success) return envelope.data;
  if (envelope?.message) throw new RequestFailure('reason.said', { message: envelope.message });
  throw response.ok ? new RequestFailure('reason.unreadable', {})
    : new RequestFailure('reason.status', { status: response.status });
}

/** What to say of a failure: {key, values}. */
export function problemOf(failure) {
  return failure.text ?? { key: 'reason.unreadable', values: {} };
}

function request(path, { method, body, text, timeoutMs = TIMEOUT_MS, signal } = {}) {
  const timeout = AbortSignal.timeout(timeoutMs);
  return fetch(path, {
    method,
    cache: 'no-store',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    ...(body === undefined ? {} : {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
    ...(text === undefined ? {} : {
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
      body: text,
    }),
  }).catch(() => { throw new RequestFailure('reason.noAnswer', {}); });
}
