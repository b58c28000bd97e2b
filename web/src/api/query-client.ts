import { QueryClient } from '@tanstack/svelte-query';
import { ApiError, isPassing } from './problems';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Live events tell what changed; the rest is read again when it is looked at after a while.
      staleTime: 60_000,
      gcTime: 10 * 60_000,
      networkMode: 'always',
      refetchOnWindowFocus: true,
      retry: (count, error) => isPassing(error) && count < 4,
      retryDelay: (count, error) =>
        error instanceof ApiError && error.retryAfter ? error.retryAfter * 1000 : 400 * 2 ** count,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});
