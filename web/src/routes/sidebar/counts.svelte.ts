// How many tickets each view has, kept up with what happens.
import { createQueries } from '@tanstack/svelte-query';
import { ticketCount } from '../../api/queries';
import { session } from '../../lib/session.svelte';
import { EMPTY, toQuery, type View } from '../tickets/filter';

/** Views whose number tells what there is to do. */
const COUNTED: View[] = ['mine', 'unassigned', 'open', 'escalated', 'spam'];

export function viewCounts(): { of: (view: View) => number | undefined } {
  const counts = createQueries(() => ({
    queries: COUNTED.map((view) => ticketCount(toQuery({ view, ...EMPTY }, session.rep.customerRepID))),
  }));
  return { of: (view) => counts[COUNTED.indexOf(view)]?.data };
}
