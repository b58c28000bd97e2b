// Who else is on a ticket. Each window says so itself, and hears of the others by the live stream.
import { client, onceKey } from '../api/client';
import { ok } from '../api/problems';
import type { Present } from '../api/types';
import { t } from './i18n.svelte';
import { session } from './session.svelte';

/** The server takes a window for gone when it was not heard of for three times as long. */
const BEAT = 15_000;
const CLIENT = onceKey();

class Presence {
  #replying = false;
  #byTicket = $state.raw<Map<number, Present[]>>(new Map());

  /** The others on a ticket. */
  on(ticket: number): Present[] {
    const all = this.#byTicket.get(ticket) ?? [];
    return all.filter((it) => it.customerRepID !== session.rep.customerRepID);
  }

  heard(ticket: number, present: Present[]): void {
    const next = new Map(this.#byTicket);
    if (present.length > 0) next.set(ticket, present);
    else next.delete(ticket);
    this.#byTicket = next;
  }

  /** Nothing is known after the stream broke off. */
  clear(): void {
    this.#byTicket = new Map();
  }

  /** Says that this window is on a ticket until what is returned is called. */
  stay(ticket: number): () => void {
    this.#replying = false;
    void this.#say(ticket);
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.#say(ticket);
    }, BEAT);
    return () => {
      clearInterval(timer);
      const params = { path: { id: ticket }, query: { clientID: CLIENT } };
      void client.DELETE('/api/tickets/{id}/presence', { params, keepalive: true }).catch(() => undefined);
    };
  }

  /** Says that an answer is being written, or no longer. */
  change(ticket: number, isReplying: boolean): void {
    if (this.#replying === isReplying) return;
    this.#replying = isReplying;
    void this.#say(ticket);
  }

  async #say(ticket: number): Promise<void> {
    const state = this.#replying ? ('Replying' as const) : ('Viewing' as const);
    const body = { state, clientID: CLIENT };
    try {
      const params = { path: { id: ticket } };
      this.heard(ticket, (await ok(client.POST('/api/tickets/{id}/presence', { params, body }))).present);
    } catch {
      // The next beat tries again; until then nobody is told, which hurts nobody.
    }
  }
}

export const presence = new Presence();

/** What somebody does on a ticket, in words. */
export function whatTheyDo(it: Present): string {
  const who = it.customerRepName ?? '';
  return it.state === 'Replying' ? t('presence.replying', { who }) : t('presence.viewing', { who });
}
