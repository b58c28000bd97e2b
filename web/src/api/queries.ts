// What is read from the server, and under which keys it is kept.
import { queryOptions } from '@tanstack/svelte-query';
import { client } from './client';
import { ok } from './problems';
import type { TicketQuery } from './types';

export const PAGE = 50;
const REFERENCE = 5 * 60_000;

export const keys = {
  tickets: ['tickets'] as const,
  lists: ['tickets', 'list'] as const,
  list: (query: TicketQuery) => ['tickets', 'list', query] as const,
  page: (query: TicketQuery, page: number) => ['tickets', 'list', query, page] as const,
  counts: ['tickets', 'count'] as const,
  ticket: (id: number) => ['tickets', 'one', id] as const,
  messages: (ticket: number) => ['messages', 'of', ticket] as const,
  message: (id: number) => ['messages', 'one', id] as const,
  attachments: (message: number) => ['messages', 'attachments', message] as const,
};

export const ticketPage = (query: TicketQuery, page: number) =>
  queryOptions({
    queryKey: keys.page(query, page),
    queryFn: ({ signal }) =>
      ok(
        client.GET('/api/tickets', {
          params: { query: { ...query, pageNumber: page, pageSize: PAGE } },
          signal,
        }),
      ),
  });

/** How many tickets a view has: one short read for each. */
export const ticketCount = (query: TicketQuery) =>
  queryOptions({
    queryKey: [...keys.counts, query],
    queryFn: async ({ signal }) => {
      const page = await ok(
        client.GET('/api/tickets', { params: { query: { ...query, pageSize: 1 } }, signal }),
      );
      return page.totalCount;
    },
  });

export const oneTicket = (id: number) =>
  queryOptions({
    queryKey: keys.ticket(id),
    queryFn: ({ signal }) => ok(client.GET('/api/tickets/{id}', { params: { path: { id } }, signal })),
  });

/** The newest messages of a ticket, oldest first; `totalCount` tells how many are not there. */
export const ticketMessages = (ticket: number, count: number) =>
  queryOptions({
    queryKey: [...keys.messages(ticket), count],
    queryFn: async ({ signal }) => {
      const query = { ticketId: ticket, pageSize: count, sortBy: 'messageDate', sortOrder: 'desc' };
      const page = await ok(client.GET('/api/ticketMessages', { params: { query }, signal }));
      return { ...page, items: [...page.items].reverse() };
    },
    placeholderData: (before) => (before?.items[0]?.ticketID === ticket ? before : undefined),
  });

export const oneMessage = (id: number) =>
  queryOptions({
    queryKey: keys.message(id),
    queryFn: ({ signal }) => ok(client.GET('/api/ticketMessages/{id}', { params: { path: { id } }, signal })),
  });

export const attachmentsOf = (id: number) =>
  queryOptions({
    queryKey: keys.attachments(id),
    queryFn: ({ signal }) =>
      ok(client.GET('/api/ticketMessages/{id}/attachments', { params: { path: { id } }, signal })),
  });

export const historySummary = (ticket: number) =>
  queryOptions({
    queryKey: ['tickets', 'history', ticket],
    queryFn: ({ signal }) =>
      ok(client.GET('/api/tickets/{id}/history-summary', { params: { path: { id: ticket } }, signal })),
  });

export const ticketEvents = (ticket: number) =>
  queryOptions({
    queryKey: ['tickets', 'events', ticket],
    queryFn: ({ signal }) =>
      ok(
        client.GET('/api/tickets/{id}/events', {
          params: { path: { id: ticket }, query: { pageSize: 100, sortOrder: 'desc' } },
          signal,
        }),
      ),
  });

export const allTopics = queryOptions({
  queryKey: ['topics'],
  staleTime: REFERENCE,
  queryFn: async ({ signal }) =>
    (await ok(client.GET('/api/Topics', { params: { query: { pageSize: 1_000_000 } }, signal }))).items,
});

export const assignableReps = queryOptions({
  queryKey: ['reps', 'assignable'],
  staleTime: REFERENCE,
  queryFn: ({ signal }) => ok(client.GET('/api/CustomerReps/assignable', { signal })),
});

export const allChannels = queryOptions({
  queryKey: ['channels'],
  staleTime: REFERENCE,
  queryFn: ({ signal }) => ok(client.GET('/api/Channels', { signal })),
});

export const customFields = queryOptions({
  queryKey: ['custom-fields'],
  staleTime: REFERENCE,
  queryFn: async ({ signal }) =>
    (await ok(client.GET('/api/CustomerCustomFields', { params: { query: { pageSize: 1000 } }, signal })))
      .items,
});

export const endUser = (id: number) =>
  queryOptions({
    queryKey: ['end-users', id],
    queryFn: ({ signal }) => ok(client.GET('/api/EndUsers/{id}', { params: { path: { id } }, signal })),
  });

export const endUserTickets = (id: number) =>
  queryOptions({
    queryKey: ['tickets', 'of-end-user', id],
    queryFn: ({ signal }) =>
      ok(
        client.GET('/api/EndUsers/{id}/tickets', {
          params: { path: { id }, query: { pageSize: 20 } },
          signal,
        }),
      ),
  });
