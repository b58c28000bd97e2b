// Keys as commands name them: `j`, `shift+x`, `mod+k` (Ctrl, or Cmd on a Mac), and sequences such as `g i`.

export const IS_MAC = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform);
const NAMED: Record<string, string> = { ' ': 'space', escape: 'esc', arrowdown: 'down', arrowup: 'up' };
NAMED['arrowleft'] = 'left';
NAMED['arrowright'] = 'right';

/** How long a sequence waits for its next key, in milliseconds. */
const PATIENCE = 1200;

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The name of the key that was pressed. */
export function nameOf(event: Pressed, isMac = IS_MAC): string {
  const key = event.key.toLowerCase();
  const mod = isMac ? event.metaKey : event.ctrlKey;
  // A sign such as `?` needs shift on most keyboards: it stands for itself.
  const isSign = event.key.length === 1 && !/[a-z0-9 ]/i.test(event.key);
  const parts = [];
  if (mod) parts.push('mod');
  if (event.altKey) parts.push('alt');
  if (event.shiftKey && !isSign) parts.push('shift');
  parts.push(NAMED[key] ?? key);
  return parts.join('+');
}

/** Follows what is typed and tells which of the known keys or sequences it ends. */
export class Sequence {
  #typed: string[] = [];
  #last = 0;

  /** `pending` while what was typed begins a longer one. */
  press(name: string, known: Iterable<string>, now: number): { hit?: string; pending: boolean } {
    if (now - this.#last > PATIENCE) this.#typed = [];
    this.#last = now;
    const all = [...known];
    for (const typed of [[...this.#typed, name], [name]]) {
      const text = typed.join(' ');
      if (all.includes(text)) {
        this.#typed = [];
        return { hit: text, pending: false };
      }
      if (all.some((it) => it.startsWith(`${text} `))) {
        this.#typed = typed;
        return { pending: true };
      }
    }
    this.#typed = [];
    return { pending: false };
  }
}

/** Whether keys go into a text that is being written. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) {
    return !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type);
  }
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** How a key is written for people: one string a key cap. */
export function caps(keys: string, isMac = IS_MAC): string[] {
  const words: Record<string, string> = {
    mod: isMac ? '⌘' : 'Ctrl',
    shift: '⇧',
    alt: isMac ? '⌥' : 'Alt',
    enter: '↵',
    esc: 'Esc',
    up: '↑',
    down: '↓',
    left: '←',
    right: '→',
    space: 'Space',
    pagedown: 'PgDn',
    pageup: 'PgUp',
    delete: 'Del',
    home: 'Home',
    end: 'End',
  };
  return keys.split(' ').flatMap((it) => it.split('+').map((part) => words[part] ?? part.toUpperCase()));
}
