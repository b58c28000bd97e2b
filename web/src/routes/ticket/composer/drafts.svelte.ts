// What is being written is kept on this machine with every key press, and goes only when the server has it.
import { session } from '../../../lib/session.svelte';

export type Mode = 'reply' | 'note';

export interface Draft {
  html: string;
  /** Milliseconds since 1970. */
  at: number;
  /** The draft message on the server that files were added to. */
  messageID?: number;
  to?: string;
  cc?: string;
  bcc?: string;
}

const PREFIX = 'answerpal.draft';
/** Drafts that nobody came back to. */
const OLD = 60 * 24 * 3600 * 1000;

function key(ticket: number, mode: Mode): string {
  return `${PREFIX}.${session.rep.customerRepID}.${ticket}.${mode}`;
}

export function isBlank(html: string): boolean {
  return !/<(?:img|hr)/i.test(html) && html.replace(/<[^>]*>|&nbsp;/g, '').trim() === '';
}

export function load(ticket: number, mode: Mode): Draft | null {
  try {
    const text = localStorage.getItem(key(ticket, mode));
    return text ? (JSON.parse(text) as Draft) : null;
  } catch {
    return null;
  }
}

export function save(ticket: number, mode: Mode, draft: Draft): void {
  if (isBlank(draft.html) && draft.messageID === undefined) remove(ticket, mode);
  else localStorage.setItem(key(ticket, mode), JSON.stringify(draft));
}

export function remove(ticket: number, mode: Mode): void {
  localStorage.removeItem(key(ticket, mode));
}

/** Throws away what is very old, so that the store does not fill up. */
export function sweep(now = Date.now()): void {
  for (const name of Object.keys(localStorage).filter((it) => it.startsWith(PREFIX))) {
    try {
      const draft = JSON.parse(localStorage.getItem(name) ?? '') as Draft;
      if (now - draft.at > OLD) localStorage.removeItem(name);
    } catch {
      localStorage.removeItem(name);
    }
  }
}
