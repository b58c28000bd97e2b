import { describe, expect, it } from 'vitest';
import { linkOf } from './figures';

describe('a figure', () => {
  it('leads to the list of its tickets', () => {
    expect(linkOf('isClosed=false&isSpam=false&customerRepID=0')).toBe('/tickets/unassigned');
    expect(linkOf('draft=Edited&draftedFrom=2026-01-01T00:00:00Z')).toBe(
      '/tickets/everything?draft=Edited&draftedFrom=2026-01-01T00%3A00%3A00Z',
    );
    expect(linkOf(null)).toBeUndefined();
  });
});
