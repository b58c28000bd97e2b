import { has, t } from './i18n.svelte';

export interface Change {
  field: string;
  from: string;
  to: string;
}

function text(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What an event says that changed, as text. */
export function changesOf(changes: unknown): Change[] {
  if (typeof changes !== 'object' || changes === null) return [];
  return Object.entries(changes).map(([field, change]) => {
    const pair = change as { from?: unknown; to?: unknown } | null;
    const isPair = typeof pair === 'object' && pair !== null && ('from' in pair || 'to' in pair);
    return isPair
      ? { field, from: text(pair.from), to: text(pair.to) }
      : { field, from: '–', to: text(change) };
  });
}

export function nameOfAction(action: string): string {
  const key = `event.${action}`;
  return has(key) ? t(key) : action;
}
