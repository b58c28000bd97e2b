import { describe, expect, it } from 'vitest';
import { Sequence, caps, nameOf } from './keys';

const press = (key: string, held: Partial<KeyboardEvent> = {}) =>
  nameOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }, false);

describe('keys', () => {
  it('are named with what is held', () => {
    expect(press('j')).toBe('j');
    expect(press('X', { shiftKey: true })).toBe('shift+x');
    expect(press('?', { shiftKey: true })).toBe('?');
    expect(press('k', { ctrlKey: true })).toBe('mod+k');
    expect(press('Enter', { ctrlKey: true })).toBe('mod+enter');
    expect(press('ArrowDown')).toBe('down');
    expect(press('Escape')).toBe('esc');
  });

  it('make sequences, and a stray key does not swallow the next', () => {
    const known = ['g i', 'g m', 'i', 'j'];
    const keys = new Sequence();
    expect(keys.press('g', known, 0)).toEqual({ pending: true });
    expect(keys.press('i', known, 100)).toEqual({ hit: 'g i', pending: false });
    expect(keys.press('i', known, 200)).toEqual({ hit: 'i', pending: false });
    expect(keys.press('g', known, 300).pending).toBe(true);
    expect(keys.press('j', known, 400)).toEqual({ hit: 'j', pending: false });
    expect(keys.press('q', known, 500)).toEqual({ pending: false });
  });

  it('forget the start of a sequence after a while', () => {
    const keys = new Sequence();
    keys.press('g', ['g i', 'i'], 0);
    expect(keys.press('i', ['g i', 'i'], 5000)).toEqual({ hit: 'i', pending: false });
  });

  it('are written as caps', () => {
    expect(caps('mod+k', false)).toEqual(['Ctrl', 'K']);
    expect(caps('g i', false)).toEqual(['G', 'I']);
  });
});
