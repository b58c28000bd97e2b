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
  stay(ticket: number, isReplying: () => boolean): () => void {
    const say = async () => {
      const state = isReplying() ? ('Replying' as const) : ('Viewing' as const);
      try {
        const path = { id: ticket };
        const now = await ok(
          client.POST('/api/tickets/{id}/presence', { params: { path }, body: { state, clientID: CLIENT } }),
        );
        this.heard(ticket, now.present);
      } catch {
        // The next beat tries again; until then nobody is told, which hurts nobody.
      }
    };
    void say();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void say();
    }, BEAT);
    return () => {
      clearInterval(timer);
      const query = { clientID: CLIENT };
      void client
        .DELETE('/api/tickets/{id}/presence', { params: { path: { id: ticket }, query }, keepalive: true })
        .catch(() => undefined);
    };
  }
}

export const presence = new Presence();

/** What somebody does on a ticket, in words. */
export function whatTheyDo(it: Present): string {
  const who = it.customerRepName ?? '';
  return it.state === 'Replying' ? t('presence.replying', { who }) : t('presence.viewing', { who });
}
