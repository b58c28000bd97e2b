// What is on the screen and could not be read again: told in one place, and tried again until it works.
import type { Query, QueryClient } from '@tanstack/svelte-query';
import { isServerTrouble } from '../api/problems';
import { queryClient } from '../api/query-client';

/** How long until what failed is tried again, in milliseconds: the first time, and the longest. */
const FIRST_WAIT = 5000;
const LONGEST_WAIT = 60_000;

export class Outdated {
  /** Why what is shown may be out of date; null where it is not. */
  error = $state.raw<unknown>(null);
  /** While it is tried again. */
  busy = $state(false);
  #client: QueryClient;
  #failed = new Set<Query>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_WAIT;

  constructor(client: QueryClient) {
    this.#client = client;
    client.getQueryCache().subscribe(({ type, query }) => {
      const fails = type !== 'removed' && hasFailed(query);
      if (fails === this.#failed.has(query)) return;
      if (fails) this.#failed.add(query);
      else this.#failed.delete(query);
      this.#tell();
    });
  }

  /** Reads again what could not be read, also what is not shown for that reason. */
  async again(): Promise<void> {
    if (this.#failed.size === 0 || this.busy) return;
    this.busy = true;
    const failed = new Set(this.#failed);
    await this.#client.refetchQueries({ predicate: (it) => failed.has(it as Query) });
    this.busy = false;
    this.#tell();
  }

  #tell(): void {
    // What has nothing to show says itself that it could not be read.
    const shown = [...this.#failed].find((it) => it.state.data !== undefined);
    this.error = shown?.state.error ?? null;
    if (!shown) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#wait = FIRST_WAIT;
    } else if (!this.#timer && !this.busy) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        void this.again();
      }, this.#wait);
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
    }
  }
}

function hasFailed(query: Query): boolean {
  return query.state.status === 'error' && query.isActive() && isServerTrouble(query.state.error);
}

export const outdated = new Outdated(queryClient);
