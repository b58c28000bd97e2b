import { describe, expect, it } from 'vitest';
import { toQuery } from '../tickets/filter';
import { byAge, byDay, closedSince, dayBefore } from './figures';

const NOW = new Date(2026, 2, 31, 15, 30);

describe('figures', () => {
  it('cover every open ticket once, whatever its age', () => {
    const ranges = byAge(NOW).map((it) => toQuery(it.filter));
    expect(Date.parse(ranges[0]!.createdTo!)).toBeGreaterThan(NOW.getTime());
    for (let at = 1; at < ranges.length; at += 1)
      expect(ranges[at]!.createdTo).toBe(ranges[at - 1]!.createdFrom);
    expect(ranges.at(-1)!.createdFrom).toBeUndefined();
  });

  it('have one day after the other, over the change of the clocks', () => {
    const days = byDay(NOW, 28);
    expect(days).toHaveLength(28);
    expect(days[0]!.name).toBe('2026-03-04');
    expect(days.at(-1)!.name).toBe('2026-03-31');
    expect(new Set(days.map((it) => it.name)).size).toBe(28);
  });

  it('count days back over months', () => {
    expect(dayBefore(new Date(2026, 2, 1), 1)).toBe('2026-02-28');
    expect(closedSince(NOW, 7).filter.more.closedFrom?.slice(0, 7)).toBe('2026-03');
  });
});
