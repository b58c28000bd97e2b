// What the parts of an open ticket tell each other.
import { getContext, setContext } from 'svelte';
import type { Ticket } from '../../api/types';

export interface InsertRequest {
  html: string;
}

export class TicketState {
  readonly #ticket: () => Ticket | undefined;
  /** Whether a narrow window shows the panel in place of the conversation. */
  showsPanel = $state(false);
  /** What is being written: nothing, an answer, or a note. */
  mode = $state<'reply' | 'note' | null>(null);
  /** Counts how often a text was put back among the drafts of this machine while the composer may be open. */
  reopened = $state(0);
  /** Whether an answer is being written that says something. */
  isWriting = $state(false);
  /** Whether somebody asked to write: what opens by itself takes no keys. */
  wantsFocus = $state(false);
  /** Text on its way into the composer. */
  insertion = $state.raw<InsertRequest | null>(null);

  constructor(ticket: () => Ticket | undefined) {
    this.#ticket = ticket;
  }

  get ticket(): Ticket | undefined {
    return this.#ticket();
  }

  /** Opens the composer, for the keys that follow. */
  write(mode: 'reply' | 'note'): void {
    this.mode = mode;
    this.wantsFocus = true;
  }

  /** The composer begins again with what is kept on this machine. */
  reopen(): void {
    this.reopened += 1;
  }

  /** Puts text into an answer, opening the composer where that is not open. */
  insert(html: string): void {
    this.write('reply');
    this.insertion = { html };
  }
}

const STATE = Symbol('ticket');

export function provideTicket(ticket: () => Ticket | undefined): TicketState {
  return setContext(STATE, new TicketState(ticket));
}

export function useTicket(): TicketState {
  return getContext(STATE);
}

/** Gives the keys that scroll to the conversation; who came there by Tab sees where they are, others know. */
export function focusConversation(): void {
  const box = document.getElementById('conversation');
  if (!box) return;
  box.dataset['quiet'] = '';
  box.focus({ preventScroll: true });
}
