// Numbers, sizes and times as the reader's language writes them.

import { language } from './language.js';

const cache = new Map();

function formatter(kind, options) {
  const key = `${language.locale} ${kind.name} ${JSON.stringify(options)}`;
  if (!cache.has(key)) cache.set(key, new kind(language.locale, options));
  return cache.get(key);
}

/** A count, in full up to five digits, then shortened (12.3K, 1.2万). */
export function count(value) {
  const options = value < 100_000 ? { maximumFractionDigits: 0 }
    : { notation: 'compact', maximumFractionDigits: 1 };
  return formatter(Intl.NumberFormat, options).format(value);
}

/** A rate: one decimal while it is small. */
export function rate(value) {
  return value < 10
    ? formatter(Intl.NumberFormat, { maximumFractionDigits: 1 }).format(value) : count(value);
}

/** Bytes as the number and its unit apart, in powers of 1024. */
export function size(bytes) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit > 2 && value < 100 ? 1 : 0;
  const options = { maximumFractionDigits: digits };
  return { value: formatter(Intl.NumberFormat, options).format(value), unit: units[unit] };
}

/** A span of time in its two largest units, e.g. "3 d 4 h"; the seconds only below an hour. */
export function span(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ];
  const first = Math.max(0, parts.findIndex(([value]) => value > 0));
  const from = parts.every(([value]) => value === 0) ? 3 : first;
  return parts.slice(from, from + 2)
    .map(([value, unit]) => formatter(Intl.NumberFormat,
      { style: 'unit', unit, unitDisplay: 'narrow' }).format(value))
    .join(' ');
}

/** A short span such as "1 min" for the axis of a chart. */
export function shortSpan(seconds) {
  const [value, unit] = seconds % 60 === 0 ? [seconds / 60, 'minute'] : [seconds, 'second'];
  return formatter(Intl.NumberFormat, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

export function timeOfDay(ms, seconds = false) {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return formatter(Intl.DateTimeFormat, seconds ? { ...options, second: '2-digit' } : options)
    .format(ms);
}

/** The time of day to the millisecond. */
export function timeOfDayMs(ms) {
  return formatter(Intl.DateTimeFormat, {
    hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23',
  }).format(ms);
}

export function day(ms) {
  return formatter(Intl.DateTimeFormat, { dateStyle: 'medium' }).format(ms);
}

/** The time of day if it is today's, else the day without its year. */
export function moment(ms) {
  return sameDay(ms, Date.now()) ? timeOfDay(ms)
    : formatter(Intl.DateTimeFormat, { month: 'short', day: 'numeric' }).format(ms);
}

export function dayAndTime(ms) {
  return formatter(Intl.DateTimeFormat,
    { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' }).format(ms);
}

/** True when both moments fall on the same day here. */
export function sameDay(a, b) {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
