import { describe, expect, it } from 'vitest';
import type { Citation } from '../../../api/types';
import { byDocument, plain, tie } from './sentences';

const citation = (quote: string): Citation => ({
  documentID: 1,
  title: 'T',
  quote,
  start: 0,
  end: 1,
  score: 1,
});
const CITED = [
  citation('A refund takes five working days.'),
  citation('You can change your PIN at any cash machine.'),
];

describe('a draft', () => {
  it('ties each sentence to the passage with its words', () => {
    const text =
      'Dear Ann,\n\nYour refund takes five working days. A PIN you change at a cash machine.\n\nKind regards';
    const tied = tie(text, CITED, 'en');
    expect(tied.map((it) => it.text).join('')).toBe(text);
    expect(tied.find((it) => it.text.includes('refund'))?.citation).toBe(0);
    expect(tied.find((it) => it.text.includes('PIN'))?.citation).toBe(1);
    expect(tied.find((it) => it.text.includes('Kind'))?.citation).toBeNull();
  });

  it('follows the server where it says which sentence a passage supports', () => {
    const cited = [{ ...citation('Five days.'), sentence: 'It takes five  working days.' }];
    const tied = tie('Hello. It takes five working days. Bye now.', cited, 'en');
    expect(tied.map((it) => it.citation)).toEqual([null, 0, null]);
  });

  it('ties nothing to nothing', () => {
    expect(tie('The moon is made of green cheese today.', CITED, 'en')[0]?.citation).toBeNull();
    expect(tie('', [], 'en')).toEqual([]);
  });
});

it('a passage is read without its marks', () => {
  expect(plain('- **My trips** shows it [live](https://a.example): `now`')).toBe(
    'My trips shows it live: now',
  );
  expect(plain('## Block it\n1. In the app')).toBe('Block it\nIn the app');
  expect(plain('2 * 3 is 6, snake_case stays')).toBe('2 * 3 is 6, snake_case stays');
});

it('names each document once, with the numbers of its passages', () => {
  const other = { ...citation('Bags.'), documentID: 2, title: 'Bags' };
  const named = byDocument([citation('One.'), other, citation('Two.')]);
  expect(named.map((it) => [it.documentID, it.numbers, it.quotes])).toEqual([
    [1, [1, 3], ['One.', 'Two.']],
    [2, [2], ['Bags.']],
  ]);
});
