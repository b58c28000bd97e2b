import { expect, test } from 'vitest';
import { sureness } from './sureness';

test('an answer that is rather wrong than right is weak', () => {
  const words = [0, 0.08, 0.494, 0.496, 0.5, 0.744, 0.746, 1].map((it) => sureness(it));
  expect(words.map((it) => it.is)).toEqual([
    'weak',
    'weak',
    'weak',
    'unsure',
    'unsure',
    'unsure',
    'sure',
    'sure',
  ]);
  expect(words.map((it) => it.percent)).toEqual([0, 8, 49, 50, 50, 74, 75, 100]);
});
