import { describe, expect, it } from 'vitest';
import type { Ticket, TicketPage } from '../../api/types';
import { changed, type Pages } from './pages';

const page = (ids: number[], totalCount: number): TicketPage => ({
  items: ids.map((ticketID) => ({ ticketID, isClosed: false }) as Ticket),
  totalCount,
  totalPages: 9,
});
const ids = (pages: Pages) => [...pages].map(([number, it]) => [number, it.items.map((one) => one.ticketID)]);
const close = (which: number[]) => (it: Ticket) =>
  which.includes(it.ticketID) ? { ...it, isClosed: true } : it;
const open = (it: Ticket) => !it.isClosed;

describe('pages of a list', () => {
  it('move up over what leaves', () => {
    const pages: Pages = new Map([
      [1, page([1, 2, 3], 20)],
      [2, page([4, 5, 6], 20)],
      [3, page([7, 8, 9], 20)],
    ]);
    const next = changed(pages, close([2, 5]), open);
    expect(ids(next)).toEqual([
      [1, [1, 3, 4]],
      [2, [6, 7, 8]],
      [3, [9]],
    ]);
    expect([...next.values()].map((it) => it.totalCount)).toEqual([18, 18, 18]);
    expect(ids(pages)[0]).toEqual([1, [1, 2, 3]]);
  });

  it('do not take from beyond a gap', () => {
    const pages: Pages = new Map([
      [1, page([1, 2, 3], 20)],
      [4, page([10, 11, 12], 20)],
    ]);
    expect(ids(changed(pages, close([1]), open))).toEqual([
      [1, [2, 3]],
      [4, [10, 11, 12]],
    ]);
  });

  it('keep what changes and stays', () => {
    const pages: Pages = new Map([[1, page([1, 2], 2)]]);
    const next = changed(pages, (it) => ({ ...it, status: 'Pending' }), open);
    expect(next.get(1)!.items.map((it) => it.status)).toEqual(['Pending', 'Pending']);
    expect(next.get(1)!.totalCount).toBe(2);
  });
});
