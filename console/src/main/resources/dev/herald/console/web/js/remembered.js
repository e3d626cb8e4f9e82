// What the browser keeps between visits. A browser that refuses storage gets the defaults each time.

const PREFIX = 'herald.console.';

export function remembered(name, fallback) {
  try {
    const value = localStorage.getItem(PREFIX + name);
    return value === null ? fallback : JSON.parse(value);
  } catch {
    return fallback;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is off or full: the choice holds for this visit.
  }
}
