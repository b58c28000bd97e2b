// From the composer to the server: shown in the conversation at once, back in the composer where it fails.
import { onceKey } from '../../../api/client';
import { keys } from '../../../api/queries';
import { queryClient } from '../../../api/query-client';
import type { Ticket } from '../../../api/types';
import { describe } from '../../../lib/failure';
import { t } from '../../../lib/i18n.svelte';
import { toasts } from '../../../lib/toasts.svelte';
import { refreshTickets } from '../../tickets/actions';
import { remaining, takeBack, undoable, type Desk } from '../delivery';
import { outbox } from '../outbox.svelte';
import type { Draft } from './drafts.svelte';
import type { Mode } from './local-drafts';
import { saveNote, sendReply } from './send';

export async function dispatch(
  ticket: Ticket,
  mode: Mode,
  draft: Draft,
  draftID: number | undefined,
  reopen: () => void,
  desk: Desk,
): Promise<void> {
  const isNote = mode === 'note';
  const { html, cc, bcc } = draft;
  const composed = { html, cc, bcc, draftID, key: onceKey() };
  outbox.add({ id: composed.key, ticketID: ticket.ticketID, html, isNote });
  try {
    await draft.hold();
    await (isNote ? saveNote(ticket, composed) : sendReply(ticket, composed));
    void draft.end();
    if (isNote) toasts.done(t('done.note'));
    else void sent(ticket, desk);
  } catch (error) {
    draft.release();
    // The text is still kept: it comes back as it was.
    toasts.error(t('error.notSent', { why: describe(error) }), { label: t('error.backToText'), run: reopen });
    reopen();
  } finally {
    await queryClient.invalidateQueries({ queryKey: keys.messages(ticket.ticketID) });
    outbox.remove(composed.key);
    refreshTickets();
  }
}

/** Says that it was sent, and offers to take it back for as long as it waits. */
async function sent(ticket: Ticket, desk: Desk): Promise<void> {
  const waiting = await undoable(ticket.ticketID).catch(() => undefined);
  if (!waiting) {
    toasts.done(t('done.sent'));
    return;
  }
  const run = () => void takeBack(ticket.ticketID, waiting.messageID, desk);
  toasts.done(t('done.sent'), { label: t('general.undo'), run }, remaining(waiting.undoUntil));
}
