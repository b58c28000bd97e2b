import { expect, it } from 'vitest';
import { rank } from './rank';

it('finds names by a part of them, accents or not', () => {
  const names = ['Lost card', 'Card delivery', 'Zoë Vanhaverbeke', 'Discard'];
  const found = (typed: string) => rank(names, typed, (it) => it);
  expect(found('card')).toEqual(['Card delivery', 'Lost card', 'Discard']);
  expect(found('zoe')).toEqual(['Zoë Vanhaverbeke']);
  expect(found('lcd')).toEqual(['Lost card']);
  expect(found('')).toEqual(names);
  expect(found('xyz')).toEqual([]);
});
