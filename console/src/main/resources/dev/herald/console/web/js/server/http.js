// Requests to the server that served this page.

const TIMEOUT_MS = 5000;

/** A request that did not succeed; `text` is a key of the page's texts with its values. */
export class RequestFailure extends Error {
  constructor(key, values) {
    super(key);
    this.text = { key, values };
  }
}

export async function fetchText(path) {
  const response = await request(path);
  if (!response.ok) throw new RequestFailure('reason.status', { status: response.status });
  return response.text().catch(() => { throw new RequestFailure('reason.noAnswer', {}); });
}

export async function fetchJson(path) {
  const text = await fetchText(path);
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestFailure('reason.unreadable', {});
  }
}

/** The data of a group-message answer, whose envelope says itself what was wrong. */
export async function fetchData(path) {
  const response = await request(path);
  const envelope = await response.json().catch(() => undefined);
  if (envelope?.success) return envelope.data;
  if (envelope?.message) throw new RequestFailure('reason.said', { message: envelope.message });
  throw response.ok ? new RequestFailure('reason.unreadable', {})
    : new RequestFailure('reason.status', { status: response.status });
}

function request(path) {
  return fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })
    .catch(() => { throw new RequestFailure('reason.noAnswer', {}); });
}
