import { describe, expect, it } from 'vitest';
import { TALLEST, reveal, rows, scrollFor, scrolled, trackHeight } from './virtual';

const short = { count: 100, rowHeight: 40, viewport: 800 };
const million = { count: 1_000_000, rowHeight: 40, viewport: 800 };

describe('a long list', () => {
  it('is its own track while that fits', () => {
    expect(trackHeight(short)).toBe(4000);
    expect(scrolled(short, { top: 0, scroll: 0 }, 1234).top).toBe(1234);
    expect(rows(short, 1234, 0)).toEqual([30, 51]);
    expect(rows(short, 3200, 5)).toEqual([75, 100]);
  });

  it('steps row by row and jumps by share', () => {
    expect(trackHeight(million)).toBe(TALLEST);
    const stepped = scrolled(million, { top: 5_000_000, scroll: 1_000_000 }, 1_000_120);
    expect(stepped.top).toBe(5_000_120);
    const jumped = scrolled(million, { top: 0, scroll: 0 }, TALLEST / 2);
    expect(jumped.top / (million.count * 40)).toBeCloseTo(0.5, 3);
  });

  it('reaches both ends', () => {
    const most = TALLEST - million.viewport;
    const end = scrolled(million, { top: 39_000_000, scroll: most - 50 }, most);
    expect(rows(million, end.top, 0)[1]).toBe(1_000_000);
    expect(scrolled(million, { top: 900, scroll: 40 }, 0).top).toBe(0);
    expect(scrolled({ ...short, count: 3 }, { top: 0, scroll: 0 }, 0).top).toBe(0);
  });

  it('finds the place on the track again', () => {
    const scroll = scrollFor(million, 20_000_000);
    expect(scrolled(million, { top: 0, scroll: 0 }, scroll).top / 20_000_000).toBeCloseTo(1, 3);
  });

  it('moves as little as it must', () => {
    expect(reveal(short, 400, 12)).toBe(400);
    expect(reveal(short, 400, 5)).toBe(200);
    expect(reveal(short, 400, 40)).toBe(840);
  });
});
