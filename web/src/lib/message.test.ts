import { describe, expect, it } from 'vitest';
import en from '../messages/en.json';
import nl from '../messages/nl.json';
import { fill, type Message } from './message';

describe('messages', () => {
  it('choose the plural and fill names in', () => {
    const message = { one: '{n} ticket', other: '{n} tickets by {who}' };
    expect(fill(message, { n: 1 }, 'en')).toBe('1 ticket');
    expect(fill(message, { n: 1234, who: 'Ann' }, 'en')).toBe('1,234 tickets by Ann');
    expect(fill(message, { n: 1234, who: 'Ann' }, 'nl')).toBe('1.234 tickets by Ann');
    expect(fill('as {it} is', {}, 'en')).toBe('as {it} is');
  });

  it('have the same keys and the same names in every language', () => {
    expect(Object.keys(nl).sort()).toEqual(Object.keys(en).sort());
    const names = (message: Message | undefined): string[] => {
      const texts = typeof message === 'string' ? [message] : Object.values(message ?? {});
      return [...new Set(texts.flatMap((it) => [...it.matchAll(/\{(\w+)\}/g)].map((hit) => hit[1]!)))].sort();
    };
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      expect(names(nl[key]), key).toEqual(names(en[key]));
    }
  });
});
