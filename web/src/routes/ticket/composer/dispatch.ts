// From the composer to the server: shown in the conversation at once, back in the composer where it fails.
import { onceKey } from '../../../api/client';
import { keys } from '../../../api/queries';
import { queryClient } from '../../../api/query-client';
import type { Ticket } from '../../../api/types';
import { describe } from '../../../lib/failure';
import { t } from '../../../lib/i18n.svelte';
import { toasts } from '../../../lib/toasts.svelte';
import { refreshTickets } from '../../tickets/actions';
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
): Promise<void> {
  const isNote = mode === 'note';
  const { html, cc, bcc } = draft;
  const composed = { html, cc, bcc, draftID, key: onceKey() };
  outbox.add({ id: composed.key, ticketID: ticket.ticketID, html, isNote });
  try {
    await draft.hold();
    await (isNote ? saveNote(ticket, composed) : sendReply(ticket, composed));
    void draft.end();
    toasts.done(isNote ? t('done.note') : t('done.sent'));
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
