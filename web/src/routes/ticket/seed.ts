import type { Ticket } from '../../api/types';
import type { TicketList } from '../tickets/list.svelte';

/** What the list knows of a ticket: enough to show it before it is read again. */
export function seed(list: TicketList, id: number): Ticket | undefined {
  return list.current?.ticketID === id ? list.current : undefined;
}
