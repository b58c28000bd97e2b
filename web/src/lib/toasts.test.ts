import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { toasts } from './toasts.svelte';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

it('undoes by key what was done a while ago, once', () => {
  const run = vi.fn();
  toasts.done('3 closed', { label: 'Undo', run });
  vi.advanceTimersByTime(20_000);
  expect(toasts.items).toEqual([]);
  expect(toasts.undo()).toBe(true);
  expect(toasts.undo()).toBe(false);
  expect(run).toHaveBeenCalledTimes(1);
});

it('undoes nothing that is long past, or that can be undone no longer', () => {
  const run = vi.fn();
  toasts.done('3 closed', { label: 'Undo', run });
  vi.advanceTimersByTime(61_000);
  expect(toasts.undo()).toBe(false);
  toasts.done('Sent', { label: 'Undo', run }, 8000);
  vi.advanceTimersByTime(9000);
  expect(toasts.undo()).toBe(false);
  expect(run).not.toHaveBeenCalled();
});

it('does with the key what the newest words offer, and not again what their button did', () => {
  const [first, second] = [vi.fn(), vi.fn()];
  toasts.done('Closed', { label: 'Undo', run: first });
  toasts.error('Not sent', { label: 'Try again', run: second });
  toasts.undo();
  expect(second).toHaveBeenCalledTimes(1);
  toasts.act(toasts.items[0]!);
  expect(toasts.undo()).toBe(false);
  expect(first).toHaveBeenCalledTimes(1);
});
