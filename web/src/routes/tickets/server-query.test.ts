import { describe, expect, it } from 'vitest';
import { EMPTY, VIEWS, type Filter } from './filter';
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
      more: { answeredBy: '7' },
    });
  });
});
