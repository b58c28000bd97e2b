// The figures of the overview: each is a number of tickets and the filter that lists them.
import { EMPTY, type Filter } from '../tickets/filter';

export interface Figure {
  /** The key of its name, or the name itself. */
  name: string;
  filter: Filter;
}

const DAY = 24 * 3600 * 1000;

/** A day as the reader counts days, some days before. */
export function dayBefore(now: Date, days: number): string {
  const date = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
  const pad = (it: number) => String(it).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

const open = (more: Partial<Filter>): Filter => ({ view: 'open', ...EMPTY, ...more });

/** Open tickets by how many days ago they were made; the ranges touch and do not overlap. */
export function byAge(now: Date): Figure[] {
  const range = (name: string, from: number | null, to: number): Figure => ({
    name,
    filter: open({ from: from === null ? '' : dayBefore(now, from), to: dayBefore(now, to) }),
  });
  return [
    range('day', 0, 0),
    range('days3', 3, 1),
    range('week', 7, 4),
    range('month', 28, 8),
    range('older', null, 29),
  ];
}

/** Every ticket that came in, day by day, the oldest first. */
export function byDay(now: Date, days: number): Figure[] {
  return Array.from({ length: days }, (_, at) => {
    const day = dayBefore(now, days - 1 - at);
    return { name: day, filter: { view: 'everything', ...EMPTY, from: day, to: day } };
  });
}

/** What became of the drafts of the last thirty days. */
export function byDraft(now: Date): Figure[] {
  const draftedFrom = new Date(
    new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime() - 30 * DAY,
  ).toISOString();
  return ['Unchanged', 'Edited', 'Discarded', 'Waiting'].map((draft) => ({
    name: draft,
    filter: { view: 'everything', ...EMPTY, more: { draft, draftedFrom } },
  }));
}

export function closedSince(now: Date, days: number): Figure {
  const closedFrom = new Date(
    new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime() - days * DAY,
  ).toISOString();
  return { name: 'closedWeek', filter: { view: 'closed', ...EMPTY, more: { closedFrom } } };
}

export function ofTopic(topicID: number, name: string): Figure {
  return { name, filter: open({ topic: topicID }) };
}

export function ofChannel(channelID: number, name: string): Figure {
  return { name, filter: open({ channels: [channelID] }) };
}
