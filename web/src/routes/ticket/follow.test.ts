import { describe, expect, it } from 'vitest';
import { topFor } from './follow';

describe('where a conversation is shown from', () => {
  const box = { height: 500, content: 2000 };

  it('is its end, where the newest message has room', () => {
    expect(topFor({ ...box, newest: 1700 })).toBe(1500);
  });

  it('is the beginning of the newest message, where that is longer than the window', () => {
    expect(topFor({ ...box, newest: 600 })).toBe(588);
  });

  it('is its beginning, where all of it has room', () => {
    expect(topFor({ height: 500, content: 400, newest: 20 })).toBe(0);
    expect(topFor({ height: 500, content: 3000, newest: 4 })).toBe(0);
  });
});
