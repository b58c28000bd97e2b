import { expect, it } from 'vitest';
import { paragraphs } from './paragraphs';

it('makes paragraphs of a text and escapes it', () => {
  expect(paragraphs('Dear <Ann>,\n\nA & B\nC\n')).toBe('<p>Dear &lt;Ann&gt;,</p><p>A &amp; B<br>C</p>');
});
