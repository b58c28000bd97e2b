import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../api/types';
import { effectOf, inverse } from './effects';

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

  it('are taken back ticket by ticket', () => {
    const before = [ticket(1, { customerRepID: 2 }), ticket(2), ticket(3, { customerRepID: 2 })];
    expect(inverse(before, { action: 'assign', customerRepID: 9 })).toEqual([
      { action: 'assign', customerRepID: 2, ids: [1, 3] },
      { action: 'unassign', ids: [2] },
    ]);
    expect(inverse([ticket(1, { status: 'Pending' }), ticket(2)], { action: 'close' })).toEqual([
      { action: 'setStatus', status: 'Pending', ids: [1] },
      { action: 'setStatus', status: 'Open', ids: [2] },
    ]);
    expect(inverse([ticket(1, { isSpam: true })], { action: 'spam' })).toEqual([]);
    expect(inverse([ticket(1)], { action: 'delete' })).toEqual([]);
  });
});
