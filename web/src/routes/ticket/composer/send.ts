// Sending what was composed. A retried send carries the same key, so that nobody gets a mail twice.
import { client } from '../../../api/client';
import { ApiError, isPassing, ok } from '../../../api/problems';
import type { Ticket } from '../../../api/types';

export interface Composed {
  html: string;
  /** The draft on the server that has the files. */
  draftID?: number;
  cc?: string;
  bcc?: string;
  /** Stays the same while the same text is tried again. */
  key: string;
}

const TRIES = 4;

async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error) || tried === TRIES) throw error;
      await new Promise((done) => setTimeout(done, 500 * 2 ** tried));
    }
  }
}

const header = (key: string) => ({ headers: { 'Idempotency-Key': key } });

/** Makes the draft that files are added to. */
export async function makeDraft(ticket: Ticket, isNote: boolean, key: string): Promise<number> {
  const made = await ok(
    client.POST('/api/ticketMessages/create-new', {
      body: {
        ticketID: ticket.ticketID,
        channelID: ticket.channelID,
        incoming: false,
        senderType: 'CustomerRep',
        isDraft: true,
        isInternal: isNote,
        subject: answerSubject(ticket),
        replyToMessageID: isNote ? undefined : (ticket.lastEndUserMessageID ?? undefined),
      },
      ...header(key),
    }),
  );
  return made.messageID;
}

function answerSubject(ticket: Ticket): string {
  const subject = ticket.subject ?? '';
  return /^re:/i.test(subject) ? subject : `Re: ${subject}`.trim();
}

export async function sendReply(ticket: Ticket, composed: Composed): Promise<void> {
  const { html, cc, bcc, draftID, key } = composed;
  const incoming = ticket.lastEndUserMessageID;
  if (draftID === undefined && incoming && !cc && !bcc) {
    try {
      const call = { params: { path: { id: incoming } }, body: { modifiedAnswer: html }, ...header(key) };
      await patiently(() => ok(client.POST('/api/ticketMessages/{id}/send', call)));
      return;
    } catch (error) {
      // Answered already: this one follows the answer.
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }
  const id = draftID ?? (await patiently(() => makeDraft(ticket, false, `${key}-draft`)));
  const body = { htmlBody: html, ccAddress: cc || undefined, bccAddress: bcc || undefined };
  await patiently(() =>
    ok(
      client.POST('/api/ticketMessages/{id}/send-new', {
        params: { path: { id } },
        body,
        ...header(`${key}-new`),
      }),
    ),
  );
}

export async function saveNote(ticket: Ticket, composed: Composed): Promise<void> {
  const { html, draftID, key } = composed;
  if (draftID !== undefined) {
    const path = { id: draftID };
    const body = { htmlBody: html, isDraft: false };
    await patiently(() => ok(client.PUT('/api/ticketMessages/{id}', { params: { path }, body })));
    return;
  }
  const body = {
    ticketID: ticket.ticketID,
    channelID: ticket.channelID,
    incoming: false,
    senderType: 'CustomerRep' as const,
    isInternal: true,
    htmlBody: html,
  };
  await patiently(() => ok(client.POST('/api/ticketMessages/create-new', { body, ...header(key) })));
}
