// What is read from the server, and under which keys it is kept.
import { queryOptions } from '@tanstack/svelte-query';
import { client } from './client';
import { ok } from './problems';
import type { TicketQuery } from './types';

export const PAGE = 50;
const EVERYTHING = 1_000_000;
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

/** How many tickets each view has, the saved ones too, and what was not read. */
export const ticketCounts = queryOptions({
  queryKey: keys.counts,
  queryFn: ({ signal }) => ok(client.GET('/api/tickets/counts', { signal })),
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

/** The mail that a message came by, with why it is where it is; not there where it did not come by mail. */
export const mailOf = (id: number) =>
  queryOptions({
    queryKey: ['messages', 'mail', id],
    queryFn: ({ signal }) => ok(client.GET('/api/ticketMessages/{id}', { params: { path: { id } }, signal })),
  });

export const historySummary = (ticket: number, language: string) =>
  queryOptions({
    queryKey: ['tickets', 'history', ticket, language],
    queryFn: ({ signal }) =>
      ok(
        client.GET('/api/tickets/{id}/history-summary', {
          params: { path: { id: ticket } },
          headers: { 'accept-language': language },
          signal,
        }),
      ),
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
    (await ok(client.GET('/api/Topics', { params: { query: { pageSize: EVERYTHING } }, signal }))).items,
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

export const allReps = queryOptions({
  queryKey: ['reps', 'all'],
  staleTime: REFERENCE,
  queryFn: async ({ signal }) =>
    (await ok(client.GET('/api/CustomerReps', { params: { query: { pageSize: EVERYTHING } }, signal })))
      .items,
});

export const allDocuments = queryOptions({
  queryKey: ['documents', 'all'],
  staleTime: REFERENCE,
  queryFn: async ({ signal }) =>
    (await ok(client.GET('/api/Documents', { params: { query: { pageSize: EVERYTHING } }, signal }))).items,
});

export const oneDocument = (id: number) =>
  queryOptions({
    queryKey: ['documents', id],
    queryFn: ({ signal }) => ok(client.GET('/api/Documents/{id}', { params: { path: { id } }, signal })),
  });

export const documentsOfTopic = (topicId: number) =>
  queryOptions({
    queryKey: ['topic-documents', 'topic', topicId],
    queryFn: async ({ signal }) =>
      (
        await ok(
          client.GET('/api/TopicDocuments', { params: { query: { topicId, pageSize: 1000 } }, signal }),
        )
      ).items,
  });

export const topicsOfDocument = (documentId: number) =>
  queryOptions({
    queryKey: ['topic-documents', 'document', documentId],
    queryFn: async ({ signal }) =>
      (
        await ok(
          client.GET('/api/TopicDocuments', { params: { query: { documentId, pageSize: 1000 } }, signal }),
        )
      ).items,
  });

export const apiKeys = queryOptions({
  queryKey: ['api-keys'],
  queryFn: async ({ signal }) =>
    (await ok(client.GET('/api/ApiKeys', { params: { query: { pageSize: 1000 } }, signal }))).items,
});

export const tenant = queryOptions({
  queryKey: ['tenant'],
  queryFn: ({ signal }) => ok(client.GET('/api/Customers/me', { signal })),
});

export const mySessions = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => ok(client.GET('/api/Auth/sessions', { signal })),
});

export const signaturesOf = (id: number) =>
  queryOptions({
    queryKey: ['signatures', id],
    queryFn: ({ signal }) =>
      ok(client.GET('/api/CustomerReps/{id}/signatures', { params: { path: { id } }, signal })),
  });

export const deadJobs = queryOptions({
  queryKey: ['jobs', 'dead'],
  queryFn: async ({ signal }) =>
    (await ok(client.GET('/api/Jobs/dead', { params: { query: { pageSize: 200 } }, signal }))).items,
});

/** How the pipeline fared with a message: what explains a verdict, or why there is none. */
export const stagesOf = (id: number) =>
  queryOptions({
    queryKey: [...keys.message(id), 'stages'],
    queryFn: ({ signal }) =>
      ok(client.GET('/api/ticketMessages/{id}/stages', { params: { path: { id } }, signal })),
  });

export const savedViews = queryOptions({
  queryKey: ['saved-views'],
  staleTime: REFERENCE,
  queryFn: ({ signal }) => ok(client.GET('/api/SavedViews', { signal })),
});

export const cannedResponses = queryOptions({
  queryKey: ['canned'],
  staleTime: REFERENCE,
  queryFn: ({ signal }) => ok(client.GET('/api/CannedResponses', { signal })),
});

export const notifications = queryOptions({
  queryKey: ['notifications'],
  queryFn: ({ signal }) =>
    ok(client.GET('/api/Notifications', { params: { query: { pageSize: 50 } }, signal })),
});

/** What the caller has begun to write, wherever that was. */
export const begunDrafts = queryOptions({
  queryKey: ['composer'],
  queryFn: ({ signal }) => ok(client.GET('/api/composer', { signal })),
});

/** How the desk did in the last days. */
export const overviewReport = (days: number, channel: number) =>
  queryOptions({
    queryKey: ['overview', days, channel],
    queryFn: ({ signal }) => {
      const today = new Date();
      const from = new Date(today.getFullYear(), today.getMonth(), today.getDate() - days + 1).toISOString();
      const query = { from, utcOffset: -today.getTimezoneOffset(), channelIDs: channel ? [channel] : [] };
      return ok(client.GET('/api/Reports/overview', { params: { query }, signal }));
    },
  });

export const auditEvents = (filter: { actorID?: number; entity?: string }, page: number) =>
  queryOptions({
    queryKey: ['audit', filter, page],
    queryFn: ({ signal }) =>
      ok(
        client.GET('/api/AuditEvents', {
          params: { query: { ...filter, pageNumber: page, pageSize: 50 } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });

export const usesOfDocument = (id: number) =>
  queryOptions({
    queryKey: ['documents', id, 'uses'],
    queryFn: ({ signal }) =>
      ok(
        client.GET('/api/Documents/{id}/uses', { params: { path: { id }, query: { pageSize: 50 } }, signal }),
      ),
  });

export const searchEndUsers = (search: string) =>
  queryOptions({
    queryKey: ['end-users', 'search', search],
    queryFn: ({ signal }) =>
      ok(client.GET('/api/EndUsers', { params: { query: { search, pageSize: 8 } }, signal })),
  });

export const mergesOf = (id: number) =>
  queryOptions({
    queryKey: ['end-users', id, 'merges'],
    queryFn: ({ signal }) =>
      ok(client.GET('/api/EndUsers/{id}/merges', { params: { path: { id } }, signal })),
  });

/** The newest draft of an answer to a message, or why there is none. */
export const currentDraft = (id: number) =>
  queryOptions({
    queryKey: [...keys.message(id), 'draft'],
    queryFn: ({ signal }) =>
      ok(client.GET('/api/ticketMessages/{id}/draft', { params: { path: { id } }, signal })),
  });

/** Why a message has its topics: as it was told when they were detected, or as it would be told now. */
export const topicExplanation = (id: number, now: boolean) =>
  queryOptions({
    queryKey: [...keys.message(id), 'explanation', now],
    queryFn: ({ signal }) =>
      ok(
        client.GET('/api/ticketMessages/{id}/topics/explain', {
          params: { path: { id }, query: { now } },
          signal,
        }),
      ),
  });

/** What people taught about a topic, the newest first. */
export const examplesOfTopic = (id: number) =>
  queryOptions({
    queryKey: ['topics', id, 'examples'],
    queryFn: ({ signal }) =>
      ok(
        client.GET('/api/Topics/{id}/examples', {
          params: { path: { id }, query: { pageSize: 50 } },
          signal,
        }),
      ),
  });

/** How often what waits to go out is looked at while somebody looks at it, in milliseconds. */
const WATCH = 5000;

/** Mail that waits, is tried again, failed or came back. */
export const outboxMails = queryOptions({
  queryKey: ['outbox'],
  refetchInterval: WATCH,
  queryFn: ({ signal }) => ok(client.GET('/api/Outbox', { params: { query: { pageSize: 200 } }, signal })),
});

/** Whether mail waits because too much goes out in a minute. */
export const governor = queryOptions({
  queryKey: ['outbox', 'governor'],
  refetchInterval: WATCH,
  queryFn: ({ signal }) => ok(client.GET('/api/Outbox/governor', { signal })),
});

/** Mail that came in and could not be read. */
export const deadMails = queryOptions({
  queryKey: ['dead-mails'],
  queryFn: ({ signal }) => ok(client.GET('/api/DeadMails', { params: { query: { pageSize: 200 } }, signal })),
});

/** What would have been sent where no mail server is set. */
export const sinkMails = queryOptions({
  queryKey: ['outbox', 'sink'],
  queryFn: ({ signal }) =>
    ok(client.GET('/api/Outbox/sink', { params: { query: { pageSize: 100 } }, signal })),
});

export const autoReplyRules = queryOptions({
  queryKey: ['auto-reply-rules'],
  queryFn: ({ signal }) => ok(client.GET('/api/AutoReplyRules', { signal })),
});

/** A rule with what was measured of the drafts that it is for. */
export const autoReplyRule = (id: number) =>
  queryOptions({
    queryKey: ['auto-reply-rules', id],
    queryFn: ({ signal }) => ok(client.GET('/api/AutoReplyRules/{id}', { params: { path: { id } }, signal })),
  });

/** How messages are understood: topics, languages, the model that reads. */
export const aiSettings = queryOptions({
  queryKey: ['tenant', 'ai'],
  queryFn: ({ signal }) => ok(client.GET('/api/Customers/me/ai', { signal })),
});

/** How far a channel's mailbox is read, and what fails. */
export const channelMailbox = (id: number) =>
  queryOptions({
    queryKey: ['channels', id, 'mailbox'],
    queryFn: ({ signal }) =>
      ok(client.GET('/api/Channels/{id}/mailbox', { params: { path: { id } }, signal })),
  });

/** What a channel's mail is signed with. */
export const channelDkim = (id: number) =>
  queryOptions({
    queryKey: ['channels', id, 'dkim'],
    queryFn: ({ signal }) => ok(client.GET('/api/Channels/{id}/dkim', { params: { path: { id } }, signal })),
  });
