// The page's language: the reader's choice, else the browser's first language that we have.

import { Observable } from '../observable.js';
import { remember, remembered } from '../remembered.js';
import { en } from './en.js';
import { zh } from './zh.js';

const TEXTS = { en, zh };
const LOCALES = { en: 'en', zh: 'zh-CN' };

class Language extends Observable {
  #code = 'en';

  constructor() {
    super();
    const wanted = [remembered('language', undefined), ...(navigator.languages ?? [])];
    this.#use(wanted.map((tag) => String(tag).slice(0, 2)).find((code) => code in TEXTS) ?? 'en');
  }

  get code() {
    return this.#code;
  }

  /** The tag that Intl and the lang attribute take. */
  get locale() {
    return LOCALES[this.#code];
  }

  choose(code) {
    remember('language', code);
    this.#use(code);
    this.changed();
  }

  text(key) {
    return TEXTS[this.#code][key];
  }

  #use(code) {
    this.#code = code;
    document.documentElement.lang = this.locale;
    document.title = this.text('title');
  }
}

export const language = new Language();

/** The sentence of {key, values}, where a value may be such a thing itself. */
export function sentence({ key, values }) {
  const told = Object.entries(values).map(([name, value]) =>
    [name, value?.key ? sentence(value) : value]);
  return t(key, Object.fromEntries(told));
}

/** The sentence for `key`, with each {name} in it replaced by the value of that name. */
export function t(key, values = {}) {
  return language.text(key).replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}
