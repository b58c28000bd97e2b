// What people do to tickets: shown at once, taken back with a message if the server says no, undone on request.
import { client } from '../../api/client';
import { ok, whole } from '../../api/problems';
import { keys } from '../../api/queries';
import { queryClient } from '../../api/query-client';
import type { BulkIn, Ticket, TicketPage, TicketQuery } from '../../api/types';
import { describe } from '../../lib/failure';
import { t } from '../../lib/i18n.svelte';
import { session } from '../../lib/session.svelte';
import { toasts } from '../../lib/toasts.svelte';
import { effectOf, type Step } from './effects';
import { fits } from './filter';
import { changed, type Pages } from './pages';

type Snapshot = [readonly unknown[], unknown][];

/** Changes every cached copy of tickets; what is returned puts them back. */
export function patchTickets(ids: Set<number>, change: (ticket: Ticket) => Ticket): () => void {
  const before: Snapshot = queryClient.getQueriesData({ queryKey: keys.tickets });
  const me = session.rep.customerRepID;
  const one = (it: Ticket): Ticket => (ids.has(it.ticketID) ? change(it) : it);
  const lists = new Map<string, { query: TicketQuery; pages: Pages }>();
  for (const [, , query, number] of queryClient
    .getQueryCache()
    .findAll({ queryKey: keys.lists })
    .map((it) => it.queryKey as [string, string, TicketQuery, number])) {
    const data = queryClient.getQueryData<TicketPage>(keys.page(query, number));
    if (!data) continue;
    const name = JSON.stringify(query);
    const list = lists.get(name) ?? { query, pages: new Map() };
    list.pages.set(number, data);
    lists.set(name, list);
  }
  for (const { query, pages } of lists.values()) {
    for (const [number, page] of changed(pages, one, (it) => fits(query, it, me))) {
      queryClient.setQueryData(keys.page(query, number), page);
    }
  }
  for (const id of ids) {
    queryClient.setQueryData<Ticket>(keys.ticket(id), (it) => it && change(it));
  }
  return () => {
    for (const [key, data] of before) queryClient.setQueryData(key, data);
  };
}

let refresh: ReturnType<typeof setTimeout> | undefined;

/** Reads again what is on the screen of tickets; calls that come close together are one. */
export function refreshTickets(): void {
  refresh ??= setTimeout(() => {
    refresh = undefined;
    void queryClient.invalidateQueries({ queryKey: keys.tickets });
  }, 250);
}

/** Does a step; what is returned takes it back, where the server can. */
async function send({ ids, action, customerRepID, status }: Step): Promise<number | null> {
  const body: BulkIn = { ticketIDs: ids, action };
  if (customerRepID !== undefined) body.customerRepID = customerRepID;
  if (status !== undefined) body.status = status;
  const { response } = await whole(client.PUT('/api/tickets/bulk', { body }));
  return Number(response.headers.get('x-undo-id')) || null;
}

/** Names of reps as the screen shows them until the server has answered. */
export type RepNames = (id: number) => string | undefined;

/** Does one thing to tickets. True once the server has said yes. */
export async function act(tickets: Ticket[], step: Omit<Step, 'ids'>, repName?: RepNames): Promise<boolean> {
  if (tickets.length === 0) return false;
  const ids = tickets.map((it) => it.ticketID);
  void queryClient.cancelQueries({ queryKey: keys.tickets });
  const putBack = patchTickets(new Set(ids), effectOf(step, repName));
  let undoID: number | null;
  try {
    undoID = await send({ ...step, ids });
  } catch (error) {
    putBack();
    toasts.error(describe(error), {
      label: t('general.retry'),
      run: () => void act(tickets, step, repName),
    });
    refreshTickets();
    return false;
  }
  refreshTickets();
  const key = `done.${step.action}` as const;
  toasts.done(
    t(key, { n: ids.length, who: repName?.(step.customerRepID ?? 0) ?? '', status: step.status ?? '' }),
    undoID ? { label: t('general.undo'), run: () => void undo(tickets, undoID) } : undefined,
  );
  return true;
}

async function undo(before: Ticket[], undoID: number): Promise<void> {
  const was = new Map(before.map((it) => [it.ticketID, it]));
  const putBack = patchTickets(new Set(was.keys()), (it) => was.get(it.ticketID) ?? it);
  try {
    const { skippedTicketIDs } = await ok(client.POST('/api/tickets/bulk/undo', { body: { undoID } }));
    const left = skippedTicketIDs.length;
    toasts.info(left ? t('done.undoneSome', { n: left }) : t('done.undone', { n: before.length }));
  } catch (error) {
    putBack();
    toasts.error(describe(error));
  }
  refreshTickets();
}
