// Events of the audit trail in words: the names of things in place of their numbers.
import { has, t } from './i18n.svelte';

export interface Change {
  field: string;
  from: string;
  to: string;
}

/** What things are called; undefined where that is not known (any more). */
export interface Names {
  topic: (id: number) => string | undefined;
  rep: (id: number) => string | undefined;
  channel: (id: number) => string | undefined;
}

const NOTHING = '–';
const KINDS: Record<string, keyof Names> = {
  topicID: 'topic',
  topicIDs: 'topic',
  customerRepID: 'rep',
  channelID: 'channel',
};
/** Shares that people read as percents. */
const SHARES = ['confidence', 'mostWrong', 'leastConfidence', 'topicsMostWrong'];

/** Ids come one by one, as a list, or as a text with commas. */
function ids(value: unknown): number[] {
  const all = Array.isArray(value) ? value : String(value ?? '').split(',');
  return all.map(Number).filter((it) => it > 0);
}

function text(field: string, value: unknown, names: Names): string {
  const kind = KINDS[field];
  if (kind) {
    return (
      ids(value)
        .map((it) => names[kind](it) ?? `#${it}`)
        .join(', ') || NOTHING
    );
  }
  if (value === null || value === undefined || value === '') return NOTHING;
  if (typeof value === 'boolean') return value ? t('general.yes') : t('general.no');
  if (typeof value === 'number' && SHARES.includes(field)) return `${Math.round(value * 1000) / 10}%`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function label(field: string): string {
  const key = `field.${field}`;
  return has(key) ? t(key) : field;
}

/** What an event says that changed, as text. */
export function changesOf(changes: unknown, names: Names): Change[] {
  if (typeof changes !== 'object' || changes === null) return [];
  return Object.entries(changes).flatMap(([field, change]) => {
    const pair = change as { from?: unknown; to?: unknown } | null;
    const isPair = typeof pair === 'object' && pair !== null && ('from' in pair || 'to' in pair);
    const [from, to] = isPair ? [pair.from, pair.to] : [undefined, change];
    // An event tells what it found out, too: what it did not is no change.
    if (!isPair && (to === null || to === 0)) return [];
    return { field: label(field), from: text(field, from, names), to: text(field, to, names) };
  });
}

export function nameOfAction(action: string): string {
  const key = `event.${action}`;
  return has(key) ? t(key) : action;
}
