import { expect, it, vi } from 'vitest';
import { Unsaved } from './unsaved.svelte';

it('goes at once where nothing is typed, or what was typed is no longer there', () => {
  const unsaved = new Unsaved();
  const go = vi.fn();
  unsaved.watch(() => false);
  const gone = unsaved.watch(() => true);
  gone();
  unsaved.leave(go);
  expect(go).toHaveBeenCalledTimes(1);
  expect(unsaved.pending).toBeNull();
});

it('asks before typed text goes, and goes once', () => {
  const unsaved = new Unsaved();
  const go = vi.fn();
  unsaved.watch(() => true);
  unsaved.leave(go);
  expect(go).not.toHaveBeenCalled();
  unsaved.keep();
  unsaved.throwAway();
  expect(go).not.toHaveBeenCalled();
  unsaved.leave(go);
  unsaved.throwAway();
  unsaved.throwAway();
  expect(go).toHaveBeenCalledTimes(1);
});

it('does not ask where what is left is not what is typed in', () => {
  const unsaved = new Unsaved();
  const go = vi.fn();
  unsaved.watch(() => true);
  unsaved.leave(go, false);
  expect(go).toHaveBeenCalledTimes(1);
});
