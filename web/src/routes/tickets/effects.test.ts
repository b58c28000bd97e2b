import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../api/types';
import { effectOf } from './effects';

const ticket = (ticketID: number, more: Partial<Ticket> = {}): Ticket =>
  ({ ticketID, status: 'Open', isClosed: false, isSpam: false, escalated: false, ...more }) as Ticket;

describe('actions', () => {
  it('show what they will do', () => {
    expect(effectOf({ action: 'close' })(ticket(1))).toMatchObject({ isClosed: true, status: 'Closed' });
    expect(effectOf({ action: 'assign', customerRepID: 3 }, () => 'Ann')(ticket(1))).toMatchObject({
      customerRepID: 3,
      customerRepName: 'Ann',
    });
    expect(effectOf({ action: 'assign', customerRepID: 0 })(ticket(1)).customerRepID).toBeNull();
    const escalated = ticket(1, { escalated: true, status: 'Closed', isClosed: true });
    expect(effectOf({ action: 'open' })(escalated).status).toBe('Escalated');
  });
});
