// The report of the server, in the shapes that are drawn. Each figure leads to its tickets.
import type { Overview } from '../../api/types';
import { t } from '../../lib/i18n.svelte';
import { address } from '../tickets/filter';
import { fromServerQuery } from '../tickets/server-query';

export interface Bar {
  name: string;
  count: number;
  to: string | undefined;
}

/** Where the tickets of a query of the server's are listed. */
export function linkOf(query: string | null | undefined): string | undefined {
  return query ? address(fromServerQuery(query)) : undefined;
}

function hours(count: number, language: string): string {
  const [value, unit] = count < 24 ? [count, 'hour'] : [Math.round(count / 24), 'day'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

export function ages(all: Overview['openByAge'], language: string): Bar[] {
  return all.map((it) => {
    const from = hours(it.fromHours, language);
    const to = it.toHours === null || it.toHours === undefined ? null : hours(it.toHours, language);
    const name =
      to === null
        ? t('overview.over', { time: from })
        : it.fromHours === 0
          ? t('overview.under', { time: to })
          : `${from} – ${to}`;
    return { name, count: it.count, to: linkOf(it.query) };
  });
}

export function draftFigures(drafts: Overview['drafts']): Bar[] {
  const all = drafts.drafted.count || 1;
  return (['unchanged', 'edited', 'discarded', 'waiting'] as const).map((name) => ({
    name: `${t(`overview.${name}`)} · ${Math.round((drafts[name].count / all) * 100)}%`,
    count: drafts[name].count,
    to: linkOf(drafts[name].query),
  }));
}

/** The counts of a topic on each of the report's days, the days without it included. */
export function perDay(topic: Overview['topics'][number], days: Overview['days']): number[] {
  const counts = new Map(topic.days.map((it) => [it.date, it.count]));
  return days.map((it) => counts.get(it.date) ?? 0);
}

/** A line through counts in a box of 100 by 100, as the points of a polyline; nothing where there are none. */
export function spark(counts: number[]): string {
  const most = Math.max(...counts, 1);
  const step = 100 / Math.max(1, counts.length - 1);
  const round = (it: number) => Math.round(it * 100) / 100;
  return counts.map((it, at) => `${round(at * step)},${round(100 - (it / most) * 100)}`).join(' ');
}
