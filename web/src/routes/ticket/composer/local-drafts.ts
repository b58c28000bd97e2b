import { session } from '../../../lib/session.svelte';
import { isBlank } from './reconcile';

export type Mode = 'reply' | 'note';

export interface Kept {
  html: string;
  cc?: string;
  bcc?: string;
  /** The draft message on the server that files were added to. */
  messageID?: number;
  /** The version of the server's that this follows. */
  version: number;
  /** Not all of it is on the server yet. */
  dirty: boolean;
  /** Milliseconds since 1970. */
  at: number;
}

const PREFIX = 'answerpal.draft';
/** Drafts that nobody came back to. */
const OLD = 60 * 24 * 3600 * 1000;

function key(ticket: number, mode: Mode): string {
  return `${PREFIX}.${session.rep.customerRepID}.${ticket}.${mode}`;
}

function read(name: string): Kept | null {
  try {
    const text = localStorage.getItem(name);
    return text ? (JSON.parse(text) as Kept) : null;
  } catch {
    return null;
  }
}

export const local = {
  load: (ticket: number, mode: Mode): Kept | null => read(key(ticket, mode)),

  save(ticket: number, mode: Mode, kept: Kept): void {
    const isNothing = isBlank(kept.html) && kept.messageID === undefined && !kept.dirty;
    if (isNothing) localStorage.removeItem(key(ticket, mode));
    else localStorage.setItem(key(ticket, mode), JSON.stringify(kept));
  },

  remove(ticket: number, mode: Mode): void {
    localStorage.removeItem(key(ticket, mode));
  },

  /** Throws away what is very old, so that the store does not fill up. */
  sweep(now = Date.now()): void {
    for (const name of Object.keys(localStorage).filter((it) => it.startsWith(PREFIX))) {
      const kept = read(name);
      if (!kept || now - kept.at > OLD) localStorage.removeItem(name);
    }
  },
};
