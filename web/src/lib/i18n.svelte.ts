// Words come from src/messages/*.json; a language is added by adding a file and its name here.
import en from '../messages/en.json';
import { fill, type Message, type Values } from './message';

export type Key = keyof typeof en;
type Dictionary = Record<string, Message>;

export const LANGUAGES = { en: 'English', nl: 'Nederlands' } as const;
export type Language = keyof typeof LANGUAGES;

const FILES: Record<Exclude<Language, 'en'>, () => Promise<{ default: Dictionary }>> = {
  nl: () => import('../messages/nl.json'),
};
const KEPT = 'answerpal.language';

let language = $state<Language>('en');
let words = $state.raw<Dictionary>(en);

export const locale = {
  get language(): Language {
    return language;
  },
  /** The language with the browser's region where that speaks it: how times and numbers are written. */
  get tag(): string {
    return navigator.languages.find((it) => it.slice(0, 2) === language) ?? language;
  },
};

/** The text of a key in the language chosen, English where that lacks it. */
export function t(key: Key, values?: Values): string {
  return fill(words[key] ?? en[key], values, language);
}

/** Whether a key of this name exists: for names that the server chooses. */
export function has(key: string): key is Key {
  return key in en;
}

export async function setLanguage(to: Language): Promise<void> {
  words = to === 'en' ? en : (await FILES[to]()).default;
  language = to;
  document.documentElement.lang = to;
  localStorage.setItem(KEPT, to);
}

/** The language chosen before, else the browser's where there is a file for it. */
export async function loadLanguage(): Promise<void> {
  const wanted = [localStorage.getItem(KEPT), ...navigator.languages.map((it) => it.slice(0, 2))];
  const found = wanted.find((it): it is Language => it !== null && it in LANGUAGES);
  if (found && found !== 'en') await setLanguage(found);
}
