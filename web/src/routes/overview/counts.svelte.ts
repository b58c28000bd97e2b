import { createQueries } from '@tanstack/svelte-query';
import { countOf } from '../../api/queries';
import { toQuery } from '../tickets/filter';
import type { Figure } from './figures';

/** Figures with their numbers, as they come in. */
export function counted(figures: () => Figure[]): {
  readonly all: { figure: Figure; count: number | undefined }[];
  readonly failed: boolean;
} {
  const counts = createQueries(() => ({ queries: figures().map((it) => countOf(toQuery(it.filter))) }));
  return {
    get all() {
      return figures().map((figure, at) => ({ figure, count: counts[at]?.data }));
    },
    get failed() {
      return counts.some((it) => it.isError && it.data === undefined);
    },
  };
}
