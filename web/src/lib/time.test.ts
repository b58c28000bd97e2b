import { expect, test } from 'vitest';
import { bytes, duration } from './time';

test('a length of time has its two largest units, in the language of the reader', () => {
  expect(duration(0, 'en')).toBe('0s');
  expect(duration(59.4, 'en')).toBe('59s');
  expect(duration(60, 'en')).toBe('1m');
  expect(duration(3 * 3600 + 125, 'en')).toBe('3h 2m');
  expect(duration(2 * 86_400, 'en')).toBe('2d');
  expect(duration(3 * 86_400 + 5 * 3600, 'nl')).toBe('3\u202fd 5\u202fu');
});

test('sizes are of thousands', () => {
  expect(bytes(3_400_000, 'en')).toBe('3.4 MB');
  expect(bytes(12, 'en')).toBe('1 kB');
});
