// Views are saved, and figures linked, by the query of `GET /api/tickets`: here it is read into an address.
import { EMPTY, VIEWS, read, toQuery, type Filter, type View } from './filter';

/** A filter as the query that the server would be asked. */
export function serverQuery(filter: Filter): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(toQuery(filter))) {
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  return query.toString();
}

function viewOf(query: URLSearchParams): View {
  const asked = (view: View) => new URLSearchParams(serverQuery({ view, ...EMPTY }));
  const fits = VIEWS.filter(
    (view) => view !== 'everything' && [...asked(view)].every(([name, value]) => query.get(name) === value),
  );
  // The narrowest that is a part of what is asked.
  return fits.sort((a, b) => [...asked(b)].length - [...asked(a)].length)[0] ?? 'everything';
}

/** The day, as the reader counts days, that begins at a time; nothing where none does. A time that ends a day
 * may be its last moment instead of the next day's first. */
function day(iso: string | null, isEnd: boolean): string {
  if (!iso) return '';
  const time = new Date(Math.ceil(new Date(iso).getTime() / 1000) * 1000);
  if (Number.isNaN(time.getTime()) || time.getHours() + time.getMinutes() + time.getSeconds() > 0) return '';
  if (isEnd) time.setDate(time.getDate() - 1);
  const pad = (it: number) => String(it).padStart(2, '0');
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
}

/** The filter that a query of the server's stands for. */
export function fromServerQuery(text: string): Filter {
  const query = new URLSearchParams(text);
  const view = viewOf(query);
  const address = new URLSearchParams(query);
  for (const name of new URLSearchParams(serverQuery({ view, ...EMPTY })).keys()) address.delete(name);
  for (const it of query.getAll('channelIDs')) address.append('channel', it);
  if (query.has('topicId')) address.set('topic', query.get('topicId')!);
  if (query.has('customerRepID') && view !== 'unassigned') address.set('rep', query.get('customerRepID')!);
  // Whole days are the reader's to change; any other time stays as it is.
  for (const [name, of, isEnd] of [
    ['createdFrom', 'from', false],
    ['createdTo', 'to', true],
  ] as const) {
    const whole = day(query.get(name), isEnd);
    if (!whole) continue;
    address.set(of, whole);
    address.delete(name);
  }
  if (query.has('sortBy')) address.set('sort', query.get('sortBy')!);
  if (query.has('sortOrder')) address.set('order', query.get('sortOrder')!);
  return read(view, address);
}
