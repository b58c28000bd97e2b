import { expect, test } from 'vitest';
import { changesOf, nameOfAction } from './trail';

const names = {
  topic: (id: number) => ({ 9: 'Refunds', 4: 'Cards' })[id],
  rep: (id: number) => ({ 3: 'Ann' })[id],
  channel: () => undefined,
};

test('ids become names, in whatever form they come', () => {
  expect(changesOf({ topicIDs: { from: '9,4', to: '9' } }, names)).toEqual([
    { field: 'Topics', from: 'Refunds, Cards', to: 'Refunds' },
  ]);
  expect(changesOf({ topicIDs: { from: [], to: [4, 77] } }, names)[0]).toMatchObject({
    from: '–',
    to: 'Cards, #77',
  });
  expect(changesOf({ customerRepID: { from: 0, to: 3 } }, names)[0]).toMatchObject({ from: '–', to: 'Ann' });
});

test('what an event found out is told as it is, and nothings are left out', () => {
  const found = changesOf({ confidence: 0.873, reason: null, leftOut: 0, model: 'extractive' }, names);
  expect(found.map((it) => [it.field, it.to])).toEqual([
    ['Confidence', '87.3%'],
    ['Model', 'extractive'],
  ]);
  expect(changesOf({ isSpam: { from: false, to: true } }, names)[0]).toMatchObject({ from: 'no', to: 'yes' });
  expect(changesOf(null, names)).toEqual([]);
});

test('actions have words, unknown ones their name', () => {
  expect(nameOfAction('customerRep.signedIn')).toBe('signed in');
  expect(nameOfAction('new.thing')).toBe('new.thing');
});
