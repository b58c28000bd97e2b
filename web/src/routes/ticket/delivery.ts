// What became of an answer that was sent, and what can still be done about it.
import { client } from '../../api/client';
import { ok } from '../../api/problems';
import { keys, outboxMails } from '../../api/queries';
import { queryClient } from '../../api/query-client';
import type { Message } from '../../api/types';
import { describe } from '../../lib/failure';
import { t } from '../../lib/i18n.svelte';
import { toasts } from '../../lib/toasts.svelte';
import { refreshTickets } from '../tickets/actions';
import { local } from './composer/local-drafts';
import { paragraphs } from './composer/paragraphs';

/** The newest message of a ticket in full, where it still waits so that it can be taken back. */
export async function undoable(ticket: number): Promise<Message | undefined> {
  const query = { ticketId: ticket, pageSize: 1, sortBy: 'messageID', sortOrder: 'desc' };
  const newest = (await ok(client.GET('/api/ticketMessages', { params: { query } }))).items[0];
  if (newest?.deliveryStatus !== 'Queued') return undefined;
  const path = { id: newest.messageID };
  const message = await ok(client.GET('/api/ticketMessages/{id}', { params: { path } }));
  return remaining(message.undoUntil) > 0 ? message : undefined;
}

/** Milliseconds until a message goes out. */
export function remaining(undoUntil: string | null | undefined, now = Date.now()): number {
  return undoUntil ? Math.max(0, new Date(undoUntil).getTime() - now) : 0;
}

async function refresh(ticket: number): Promise<void> {
  refreshTickets();
  void queryClient.invalidateQueries({ queryKey: outboxMails.queryKey });
  void queryClient.invalidateQueries({ queryKey: ['messages', 'one'] });
  await queryClient.invalidateQueries({ queryKey: keys.messages(ticket) });
}

/** The composer that a text comes back to. */
export interface Desk {
  isWriting: boolean;
  insert: (html: string) => void;
  reopen: () => void;
}

/** Makes what was sent a text in the composer again; where one is being written it joins that. */
export async function takeBack(ticket: number, sent: number, desk: Desk): Promise<void> {
  try {
    const path = { id: sent };
    const { messageID } = await ok(client.POST('/api/ticketMessages/{id}/undo-send', { params: { path } }));
    const draft = await ok(client.GET('/api/ticketMessages/{id}', { params: { path: { id: messageID } } }));
    const html = draft.htmlBody ?? paragraphs(draft.textBody ?? draft.message ?? '');
    if (desk.isWriting) {
      desk.insert(html);
      if (!draft.hasAttachment)
        await ok(client.DELETE('/api/ticketMessages/{id}', { params: { path: { id: messageID } } }));
      toasts.info(t('delivery.takenBack'));
      await refresh(ticket);
      return;
    }
    local.save(ticket, 'reply', {
      html,
      cc: draft.ccAddress ?? undefined,
      bcc: draft.bccAddress ?? undefined,
      messageID,
      version: 0,
      dirty: true,
      at: Date.now(),
    });
    toasts.info(t('delivery.takenBack'));
    desk.reopen();
  } catch (error) {
    toasts.error(describe(error));
  }
  await refresh(ticket);
}

/** Sends again what did not get there, or at once what waits for another try. */
export async function sendAgain(ticket: number | null | undefined, sent: number): Promise<void> {
  try {
    await ok(client.POST('/api/ticketMessages/{id}/resend', { params: { path: { id: sent } } }));
    toasts.info(t('delivery.again'));
  } catch (error) {
    toasts.error(describe(error));
  }
  await refresh(ticket ?? 0);
}
