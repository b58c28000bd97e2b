// What is being written: kept on this machine with every key press, on the server a moment later, and gone
// only when it was sent or thrown away.
import { client } from '../../../api/client';
import { ApiError, ok } from '../../../api/problems';
import { begunDrafts } from '../../../api/queries';
import { queryClient } from '../../../api/query-client';
import type { ComposerDraft } from '../../../api/types';
import { local, type Kept, type Mode } from './local-drafts';
import { isBlank, reconcile } from './reconcile';

/** How long after the last key press the server gets the text, in milliseconds. */
const CALM = 800;
/** How long until a failed save is tried again. */
const LATER = 5000;

const KIND = { reply: 'Reply', note: 'Note' } as const;

export class Draft {
  html = $state('');
  cc = $state('');
  bcc = $state('');
  messageID = $state<number | undefined>();
  /** Where the newest text is safe. */
  safe = $state<'nowhere' | 'here' | 'server'>('nowhere');
  /** What another device has saved in the meantime. */
  theirs = $state.raw<ComposerDraft | null>(null);
  /** Puts a text of the server's into the editor; the composer sets it. */
  show: (html: string) => void = () => {};

  #version = 0;
  #dirty = false;
  #ended = false;
  #held = false;
  #pushing: Promise<void> = Promise.resolve();
  #saving = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly ticketID: number,
    readonly mode: Mode,
  ) {
    const kept = local.load(ticketID, mode);
    if (kept) this.#take(kept);
    this.#dirty = kept?.dirty ?? false;
    this.#version = kept?.version ?? 0;
    if (kept) this.safe = kept.dirty ? 'here' : 'server';
    void this.#meet();
  }

  get isBlank(): boolean {
    return isBlank(this.html);
  }

  touched(): void {
    this.#dirty = true;
    this.safe = 'here';
    this.#keep();
    this.#schedule(CALM);
  }

  /** What another device wrote, in place of what is here. */
  takeTheirs(): void {
    const theirs = this.theirs;
    if (!theirs) return;
    this.theirs = null;
    this.#adopt(theirs);
  }

  keepMine(): void {
    if (!this.theirs) return;
    this.#version = this.theirs.version;
    this.theirs = null;
    this.touched();
  }

  /** It is being sent: nothing is saved meanwhile but here, and what is under way comes first. */
  async hold(): Promise<void> {
    this.#held = true;
    clearTimeout(this.#timer);
    await this.#pushing;
  }

  /** It was not sent: it goes on. */
  release(): void {
    this.#held = false;
    if (this.#dirty) this.#schedule(CALM);
  }

  /** It was sent, or is not wanted. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    local.remove(this.ticketID, this.mode);
    const path = { id: this.ticketID };
    await client
      .DELETE('/api/tickets/{id}/composer', { params: { path, query: { kind: KIND[this.mode] } } })
      .catch(() => undefined);
    void queryClient.invalidateQueries({ queryKey: begunDrafts.queryKey });
  }

  /** The composer goes: what was not saved yet is saved now. */
  leave(): void {
    if (this.#ended || !this.#dirty) return;
    clearTimeout(this.#timer);
    this.#pushing = this.#push();
  }

  #take(kept: Omit<Kept, 'version' | 'dirty' | 'at'>): void {
    this.html = kept.html;
    this.cc = kept.cc ?? '';
    this.bcc = kept.bcc ?? '';
    this.messageID = kept.messageID;
  }

  #keep(): void {
    const { html, cc, bcc, messageID } = this;
    local.save(this.ticketID, this.mode, {
      html,
      cc,
      bcc,
      messageID,
      version: this.#version,
      dirty: this.#dirty,
      at: Date.now(),
    });
  }

  #schedule(after: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#pushing = this.#push()), after);
  }

  /** Brings together what is here and what the server has. */
  async #meet(): Promise<void> {
    const theirs = await this.#read().catch(() => null);
    if (!theirs || this.#ended) return;
    const mine = { html: this.html, version: this.#version, dirty: this.#dirty };
    const verdict = reconcile(mine, { html: theirs.htmlBody ?? '', version: theirs.version });
    if (verdict === 'theirs') this.#adopt(theirs);
    else if (verdict === 'ask') this.theirs = theirs;
    else if (verdict === 'mine') {
      this.#version = theirs.version;
      if (this.#dirty) this.#schedule(0);
    }
  }

  #read(): Promise<ComposerDraft> {
    const params = { path: { id: this.ticketID }, query: { kind: KIND[this.mode] } };
    return ok(client.GET('/api/tickets/{id}/composer', { params }));
  }

  #adopt(theirs: ComposerDraft): void {
    this.#version = theirs.version;
    this.#dirty = false;
    this.#take({
      html: theirs.htmlBody ?? '',
      cc: theirs.ccAddress ?? '',
      bcc: theirs.bccAddress ?? '',
      messageID: theirs.messageID ?? undefined,
    });
    this.safe = 'server';
    this.#keep();
    this.show(this.html);
  }

  async #push(): Promise<void> {
    if (this.#ended || this.#held || this.theirs || !this.#dirty) return;
    if (this.#saving) {
      this.#schedule(CALM);
      return;
    }
    this.#saving = true;
    const sent = this.html;
    const body = {
      kind: KIND[this.mode],
      version: this.#version,
      htmlBody: sent,
      ccAddress: this.cc || undefined,
      bccAddress: this.bcc || undefined,
      messageID: this.messageID,
    };
    try {
      const saved = await ok(
        client.PUT('/api/tickets/{id}/composer', { params: { path: { id: this.ticketID } }, body }),
      );
      this.#version = saved.version;
      if (this.#ended) return;
      this.#dirty = this.html !== sent;
      if (this.#dirty) this.#schedule(CALM);
      else this.safe = 'server';
      this.#keep();
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) await this.#conflict();
      else if (!(error instanceof ApiError && error.status < 500)) this.#schedule(LATER);
    } finally {
      this.#saving = false;
    }
  }

  async #conflict(): Promise<void> {
    const theirs = await this.#read().catch(() => null);
    if (!theirs || this.#ended) return;
    if ((theirs.htmlBody ?? '') === this.html || theirs.version === 0) {
      this.#version = theirs.version;
      this.#schedule(0);
    } else {
      this.theirs = theirs;
    }
  }
}
