import { expect, it } from 'vitest';
import { pieces } from './snippet';

it('takes hits out of a snippet and reads nothing as HTML', () => {
  expect(pieces('my <mark>bag</mark> &amp; &lt;b&gt;coat&lt;/b&gt;')).toEqual([
    { text: 'my ', hit: false },
    { text: 'bag', hit: true },
    { text: ' & <b>coat</b>', hit: false },
  ]);
  expect(pieces('&amp;lt;mark&amp;gt;')).toEqual([{ text: '&lt;mark&gt;', hit: false }]);
});
