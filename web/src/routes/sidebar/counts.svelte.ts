// How many tickets each view has, kept up with what happens.
import { createQuery } from '@tanstack/svelte-query';
import { ticketCounts } from '../../api/queries';
import type { View } from '../tickets/filter';

export interface Counts {
  of: (view: View) => number | undefined;
  ofSaved: (id: number) => string;
  readonly unread: number;
}

export function viewCounts(): Counts {
  const counts = createQuery(() => ticketCounts);
  return {
    of: (view) => {
      if (view === 'everything') return undefined;
      return counts.data?.[view === 'open' ? 'all' : view].count;
    },
    ofSaved: (id) => {
      const found = counts.data?.savedViews.find((it) => it.savedViewID === id);
      return found?.count ? `${found.count}${found.isCapped ? '+' : ''}` : '';
    },
    get unread() {
      return counts.data?.unreadNotifications ?? 0;
    },
  };
}
