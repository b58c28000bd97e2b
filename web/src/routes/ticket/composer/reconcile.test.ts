import { describe, expect, it } from 'vitest';
import { isBlank, reconcile } from './reconcile';

describe('a draft on two devices', () => {
  const mine = { html: '<p>Mine</p>', version: 3, dirty: true };

  it('goes on where it was', () => {
    expect(reconcile(mine, { html: '<p>Old</p>', version: 3 })).toBe('mine');
    expect(reconcile({ ...mine, version: 0 }, { html: '', version: 0 })).toBe('mine');
    expect(reconcile(mine, { html: '<p>Mine</p>', version: 5 })).toBe('mine');
  });

  it('is taken over from the other device where nothing new is here', () => {
    expect(reconcile({ ...mine, dirty: false }, { html: '<p>Theirs</p>', version: 4 })).toBe('theirs');
    expect(reconcile({ html: '', version: 0, dirty: false }, { html: '<p>Theirs</p>', version: 2 })).toBe(
      'theirs',
    );
    expect(reconcile({ ...mine, dirty: false }, { html: '', version: 0 })).toBe('theirs');
  });

  it('is asked about where both have written', () => {
    expect(reconcile(mine, { html: '<p>Theirs</p>', version: 4 })).toBe('ask');
    expect(reconcile(mine, { html: '', version: 0 })).toBe('mine');
  });
});

it('knows what says nothing', () => {
  expect(isBlank('<p></p>')).toBe(true);
  expect(isBlank('<p>&nbsp;<br></p>')).toBe(true);
  expect(isBlank('<p><img src="x"></p>')).toBe(false);
  expect(isBlank('<p>a</p>')).toBe(false);
});
