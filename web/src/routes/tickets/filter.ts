// What a list shows, as the address says it: `/tickets/mine?status=Open&sort=dateCreated`.
import type { Ticket, TicketQuery } from '../../api/types';

export const VIEWS = ['mine', 'unassigned', 'open', 'escalated', 'closed', 'spam', 'everything'] as const;
export type View = (typeof VIEWS)[number];

const FLAGS = ['isSpam', 'isClosed', 'escalated'] as const;
/** What can be asked for besides, by the server's names: figures of the overview lead to their tickets with it. */
const MORE = [
  ...FLAGS,
  'createdFrom',
  'createdTo',
  'closedFrom',
  'closedTo',
  'lastMessageFrom',
  'lastMessageTo',
  'draft',
  'draftLiked',
  'draftedFrom',
  'draftedTo',
  'answeredBy',
  'answeredFrom',
  'answeredTo',
  'endUserId',
  'uid',
] as const;
export type More = (typeof MORE)[number];

export interface Filter {
  view: View;
  search: string;
  status: string[];
  channels: number[];
  topic: number | null;
  /** A rep's id, 0 for nobody, null for anybody. */
  rep: number | null;
  from: string;
  to: string;
  sort: string;
  order: 'asc' | 'desc' | '';
  more: Partial<Record<More, string>>;
}

export const EMPTY: Omit<Filter, 'view'> = {
  search: '',
  status: [],
  channels: [],
  topic: null,
  rep: null,
  from: '',
  to: '',
  sort: '',
  order: '',
  more: {},
};

export function isView(name: string | undefined): name is View {
  return VIEWS.includes(name as View);
}

function number(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

/** The filter of an address; what it does not understand it leaves out. */
export function read(view: View, query: URLSearchParams): Filter {
  const order = query.get('order');
  const more = MORE.flatMap((name) => (query.get(name) ? [[name, query.get(name)!] as const] : []));
  return {
    view,
    search: query.get('search') ?? '',
    status: query.getAll('status'),
    channels: query.getAll('channel').flatMap((it) => number(it) ?? []),
    topic: number(query.get('topic')),
    rep: number(query.get('rep')),
    from: query.get('from') ?? '',
    to: query.get('to') ?? '',
    sort: query.get('sort') ?? '',
    order: order === 'asc' || order === 'desc' ? order : '',
    more: Object.fromEntries(more),
  };
}

/** The query part of the filter's address, with its question mark; empty for the bare view. */
export function write(filter: Filter): string {
  const query = new URLSearchParams();
  if (filter.search) query.set('search', filter.search);
  for (const status of filter.status) query.append('status', status);
  for (const channel of filter.channels) query.append('channel', String(channel));
  if (filter.topic !== null) query.set('topic', String(filter.topic));
  if (filter.rep !== null) query.set('rep', String(filter.rep));
  if (filter.from) query.set('from', filter.from);
  if (filter.to) query.set('to', filter.to);
  if (filter.sort) query.set('sort', filter.sort);
  if (filter.order) query.set('order', filter.order);
  for (const [name, value] of Object.entries(filter.more)) query.set(name, value);
  const text = query.toString();
  return text && `?${text}`;
}

export function address(filter: Filter, ticket?: number): string {
  return `/tickets/${filter.view}${ticket ? `/${ticket}` : ''}${write(filter)}`;
}

/** Whether the filter narrows its view. */
export function isNarrowed(filter: Filter): boolean {
  return write({ ...filter, sort: '', order: '' }) !== '';
}

const OF_VIEW: Record<View, TicketQuery> = {
  mine: { mine: true, isClosed: false, isSpam: false },
  unassigned: { customerRepID: 0, isClosed: false, isSpam: false },
  open: { isClosed: false, isSpam: false },
  escalated: { escalated: true, isClosed: false, isSpam: false },
  closed: { isClosed: true, isSpam: false },
  spam: { isSpam: true },
  everything: {},
};

/** The start of a day as the reader counts days; `after` days later. */
function midnight(day: string, after: number): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return undefined;
  const time = new Date(year, month - 1, date + after);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** What the server is asked for. */
export function toQuery(filter: Filter): TicketQuery {
  const query: TicketQuery = { ...OF_VIEW[filter.view] };
  if (filter.search.trim()) query.search = filter.search.trim();
  if (filter.status.length) query.status = filter.status;
  if (filter.channels.length) query.channelIDs = filter.channels;
  if (filter.topic !== null) query.topicId = filter.topic;
  if (filter.rep !== null && filter.view !== 'mine' && filter.view !== 'unassigned') {
    query.customerRepID = filter.rep;
  }
  const [from, to] = [filter.from && midnight(filter.from, 0), filter.to && midnight(filter.to, 1)];
  if (from) query.createdFrom = from;
  if (to) query.createdTo = to;
  if (filter.sort) query.sortBy = filter.sort;
  if (filter.order) query.sortOrder = filter.order;
  Object.assign(query, filter.more);
  for (const name of FLAGS) if (filter.more[name]) query[name] = filter.more[name] === 'true';
  return query;
}

/** Whether a ticket, as it is now, still belongs to what was asked for. What only the server can tell is left
 * out: topics by id and words found. */
export function fits(query: TicketQuery, ticket: Ticket, me: number): boolean {
  if (query.isSpam !== undefined && query.isSpam !== ticket.isSpam) return false;
  if (query.isClosed !== undefined && query.isClosed !== ticket.isClosed) return false;
  if (query.escalated !== undefined && query.escalated !== ticket.escalated) return false;
  if (query.mine && ticket.customerRepID !== me) return false;
  if (query.customerRepID !== undefined && query.customerRepID !== (ticket.customerRepID ?? 0)) return false;
  if (query.status?.length) {
    const wanted = query.status.map((it) => it.toLowerCase());
    if (!wanted.includes(ticket.status.toLowerCase())) return false;
  }
  if (query.channelIDs?.length && !query.channelIDs.includes(ticket.channelID)) return false;
  return true;
}
