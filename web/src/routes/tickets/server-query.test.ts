import { describe, expect, it } from 'vitest';
import { EMPTY, VIEWS, toQuery, type Filter } from './filter';
import { fromServerQuery, serverQuery } from './server-query';

describe('a query of the server', () => {
  it('is a view again', () => {
    for (const view of VIEWS) expect(fromServerQuery(serverQuery({ view, ...EMPTY })).view, view).toBe(view);
  });

  it('keeps every filter', () => {
    const filter: Filter = {
      view: 'escalated',
      search: 'lost "gold card"',
      status: ['Open', 'Pending'],
      channels: [1, 2],
      topic: 5,
      rep: 3,
      from: '2026-03-01',
      to: '2026-03-31',
      sort: 'dateCreated',
      order: 'asc',
      more: { closedFrom: '2026-01-01T00:00:00Z', draft: 'Edited' },
    };
    expect(fromServerQuery(serverQuery(filter))).toEqual(filter);
  });

  it('of another kind shows everything that it can', () => {
    expect(fromServerQuery('isClosed=true&answeredBy=7')).toEqual({
      view: 'everything',
      ...EMPTY,
      more: { isClosed: 'true', answeredBy: '7' },
    });
  });

  it('asks for what the figure counted: spam left out, times to the second', () => {
    const asked = new URLSearchParams('isSpam=false&createdFrom=2026-10-31T07:59:04.676080Z');
    const filter = fromServerQuery(asked.toString());
    expect(filter.from).toBe('');
    expect(new URLSearchParams(serverQuery(filter))).toEqual(asked);
    expect(toQuery(filter).isSpam).toBe(false);
    expect(fromServerQuery('isClosed=false&isSpam=false')).toEqual({ view: 'open', ...EMPTY });
  });

  it('reads a day that ends with its last moment as that day', () => {
    const [from, to] = [new Date(2026, 10, 19), new Date(2026, 10, 20)];
    const ends = new Date(to.getTime() - 1).toISOString().replace('999Z', '999999Z');
    const filter = fromServerQuery(`createdFrom=${from.toISOString()}&createdTo=${ends}`);
    expect([filter.from, filter.to, filter.more]).toEqual(['2026-11-19', '2026-11-19', {}]);
  });
});
