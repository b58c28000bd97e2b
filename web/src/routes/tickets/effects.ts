// What each action does to a ticket.
import type { Ticket } from '../../api/types';

export type Action =
  | 'close'
  | 'open'
  | 'assign'
  | 'unassign'
  | 'escalate'
  | 'deescalate'
  | 'spam'
  | 'notSpam'
  | 'delete'
  | 'setStatus';

export interface Step {
  ids: number[];
  action: Action;
  customerRepID?: number;
  status?: string;
}

/** A ticket as it will be. The server keeps the same rules and has the last word. */
export function effectOf(
  step: Omit<Step, 'ids'>,
  repName?: (id: number) => string | undefined,
): (ticket: Ticket) => Ticket {
  return (it) => {
    switch (step.action) {
      case 'close':
        return { ...it, isClosed: true, status: 'Closed' };
      case 'open':
        return { ...it, isClosed: false, status: it.escalated ? 'Escalated' : 'Open' };
      case 'assign': {
        const rep = step.customerRepID || null;
        return { ...it, customerRepID: rep, customerRepName: rep ? repName?.(rep) : null };
      }
      case 'unassign':
        return { ...it, customerRepID: null, customerRepName: null };
      case 'escalate':
        return { ...it, escalated: true, isClosed: false, status: 'Escalated' };
      case 'deescalate':
        return { ...it, escalated: false, status: it.status === 'Escalated' ? 'Open' : it.status };
      case 'spam':
        return { ...it, isSpam: true };
      case 'notSpam':
        return { ...it, isSpam: false };
      case 'delete':
        // No list wants it: it is neither spam nor not.
        return { ...it, isSpam: undefined as never };
      case 'setStatus':
        return {
          ...it,
          status: step.status ?? it.status,
          isClosed: step.status === 'Closed',
          escalated: step.status === 'Escalated' || (step.status === 'Closed' && it.escalated),
        };
    }
  };
}
