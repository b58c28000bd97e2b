import { QueryClient, QueryObserver } from '@tanstack/svelte-query';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError, OfflineError } from '../api/problems';
import { Outdated } from './outdated.svelte';

let client: QueryClient;
let outdated: Outdated;
let answer: () => Promise<string>;

beforeEach(() => {
  vi.useFakeTimers();
  client = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } });
  client.mount();
  outdated = new Outdated(client);
  answer = () => Promise.resolve('rows');
});
afterEach(() => {
  client.clear();
  vi.useRealTimers();
});

/** A part of the screen that shows a list; what is returned takes it away. */
function show(name = 'list'): () => void {
  const observer = new QueryObserver(client, { queryKey: [name], queryFn: () => answer(), staleTime: 0 });
  return observer.subscribe(() => {});
}
const fail = (error: Error) => () => Promise.reject(error);
const settle = () => vi.advanceTimersByTimeAsync(0);

async function failOnce(): Promise<void> {
  await settle();
  answer = fail(new ApiError(503, undefined));
  await client.refetchQueries();
}

it('tells that rows could not be read again, and recovers by itself', async () => {
  show();
  await failOnce();
  expect(outdated.error).toBeInstanceOf(ApiError);
  await vi.advanceTimersByTimeAsync(5000);
  expect(outdated.error).not.toBeNull();
  answer = () => Promise.resolve('new rows');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(outdated.error).toBeNull();
  expect(client.getQueryData(['list'])).toBe('new rows');
});

it('asks less and less often, and at once when it is told to', async () => {
  show();
  await failOnce();
  const asked = vi.fn(fail(new OfflineError(null)));
  answer = asked;
  await vi.advanceTimersByTimeAsync(300_000);
  // After 5, 10, 20, 40 seconds, then each minute.
  expect(asked).toHaveBeenCalledTimes(7);
  answer = () => Promise.resolve('new rows');
  await outdated.again();
  expect(outdated.error).toBeNull();
});

it('says nothing of what is no longer shown, of what has no rows, and of what is forbidden', async () => {
  const hide = show();
  await failOnce();
  hide();
  expect(outdated.error).toBeNull();
  show('never read');
  await settle();
  expect(client.getQueryState(['never read'])?.status).toBe('error');
  expect(outdated.error).toBeNull();
  answer = () => Promise.resolve('rows');
  // When the net is back that is read as well.
  await outdated.again();
  expect(client.getQueryData(['never read'])).toBe('rows');
  answer = fail(new ApiError(403, undefined));
  await client.refetchQueries();
  expect(outdated.error).toBeNull();
});
