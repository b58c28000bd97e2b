import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../api/types';
import { EMPTY, address, fits, read, toQuery, write, type Filter } from './filter';

const filter = (more: Partial<Filter>): Filter => ({ view: 'open', ...EMPTY, ...more });
const bare = { ticketID: 1, status: 'Open', channelID: 1, isClosed: false, isSpam: false, escalated: false };
const ticket = (more: Partial<Ticket>): Ticket => ({ ...bare, ...more }) as Ticket;

describe('a filter', () => {
  it('comes back from its address', () => {
    const full = filter({
      view: 'escalated',
      search: 'lost bag & "gold card"',
      status: ['Open', 'Pending'],
      channels: [2, 3],
      topic: 7,
      rep: 0,
      from: '2026-01-31',
      to: '2026-02-01',
      sort: 'dateCreated',
      order: 'asc',
      more: { answeredBy: '3' },
    });
    expect(read('escalated', new URLSearchParams(write(full)))).toEqual(full);
    expect(write(filter({}))).toBe('');
    expect(address(filter({ search: 'a b' }), 12)).toBe('/tickets/open/12?search=a+b');
  });

  it('leaves out what an address says wrongly', () => {
    const odd = read('open', new URLSearchParams('channel=x&topic=-1&rep=1e3&order=up'));
    expect(odd).toEqual(filter({}));
  });

  it('asks for whole days of the reader', () => {
    const query = toQuery(filter({ from: '2026-03-01', to: '2026-03-01' }));
    const hours = (Date.parse(query.createdTo!) - Date.parse(query.createdFrom!)) / 3_600_000;
    expect(hours).toBe(24);
    expect(toQuery(filter({ from: 'soon' }))).toEqual({ isClosed: false, isSpam: false });
  });

  it('keeps to its view', () => {
    expect(toQuery(filter({ view: 'mine', rep: 9 })).mine).toBe(true);
    expect(toQuery(filter({ view: 'unassigned' })).customerRepID).toBe(0);
    expect(toQuery(filter({ view: 'everything' }))).toEqual({});
  });
});

describe('a changed ticket', () => {
  it('leaves the lists it no longer belongs to', () => {
    const open = toQuery(filter({}));
    expect(fits(open, ticket({}), 4)).toBe(true);
    expect(fits(open, ticket({ isClosed: true }), 4)).toBe(false);
    expect(fits(open, ticket({ isSpam: true }), 4)).toBe(false);
    expect(fits(toQuery(filter({ view: 'unassigned' })), ticket({ customerRepID: 3 }), 4)).toBe(false);
    expect(fits(toQuery(filter({ view: 'unassigned' })), ticket({ customerRepID: null }), 4)).toBe(true);
    expect(fits(toQuery(filter({ status: ['open'] })), ticket({ status: 'Open' }), 4)).toBe(true);
    expect(fits(toQuery(filter({ channels: [2] })), ticket({}), 4)).toBe(false);
  });
});
