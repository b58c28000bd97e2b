// Files of what is being written: they go to the server at once, onto a draft message.
import { client, onceKey } from '../../../api/client';
import { ok } from '../../../api/problems';
import type { Attachment, Ticket } from '../../../api/types';
import { makeDraft } from './send';

export interface FileItem {
  key: string;
  name: string;
  size: number;
  attachment?: Attachment;
}

export class Files {
  items = $state.raw<FileItem[]>([]);
  draftID: number | undefined;
  #making: Promise<number> | undefined;
  #changed: () => void = () => {};

  constructor(
    readonly ticket: Ticket,
    readonly isNote: boolean,
    draftID: number | undefined,
  ) {
    this.draftID = draftID;
    if (draftID !== undefined) void this.#load(draftID);
  }

  /** Another device has added files to this draft. */
  use(draftID: number | undefined): void {
    if (draftID === undefined || draftID === this.draftID) return;
    this.draftID = draftID;
    void this.#load(draftID);
  }

  get busy(): boolean {
    return this.items.some((it) => !it.attachment);
  }

  onChanged(changed: () => void): void {
    this.#changed = changed;
  }

  async #load(id: number): Promise<void> {
    try {
      const path = { id };
      const found = await ok(client.GET('/api/ticketMessages/{id}/attachments', { params: { path } }));
      this.items = [...found.map((it) => this.#item(it)), ...this.items];
    } catch {
      // The draft was sent or deleted from another place: its files are gone with it.
      this.draftID = undefined;
      this.#changed();
    }
  }

  #item(attachment: Attachment): FileItem {
    const key = String(attachment.ticketMessageAttachmentID);
    return { key, name: attachment.fileName, size: attachment.fileSizeBytes, attachment };
  }

  async #draft(): Promise<number> {
    if (this.draftID !== undefined) return this.draftID;
    this.#making ??= makeDraft(this.ticket, this.isNote, onceKey());
    try {
      this.draftID = await this.#making;
    } finally {
      this.#making = undefined;
    }
    this.#changed();
    return this.draftID;
  }

  async add(file: File): Promise<void> {
    const waiting: FileItem = { key: onceKey(), name: file.name, size: file.size };
    this.items = [...this.items, waiting];
    try {
      const id = await this.#draft();
      const made = await ok(
        client.POST('/api/ticketMessages/{id}/attachments', {
          params: { path: { id } },
          body: { file: '' },
          bodySerializer: () => {
            const form = new FormData();
            form.append('file', file);
            return form;
          },
          headers: { 'Idempotency-Key': waiting.key },
        }),
      );
      this.items = this.items.map((it) => (it === waiting ? this.#item(made) : it));
    } catch (error) {
      this.items = this.items.filter((it) => it !== waiting);
      throw error;
    }
  }

  async remove(item: FileItem): Promise<void> {
    const before = this.items;
    this.items = before.filter((it) => it !== item);
    if (!item.attachment || this.draftID === undefined) return;
    const path = { id: this.draftID, attachmentId: item.attachment.ticketMessageAttachmentID };
    try {
      await ok(client.DELETE('/api/ticketMessages/{id}/attachments/{attachmentId}', { params: { path } }));
    } catch (error) {
      this.items = before;
      throw error;
    }
  }

  async discard(): Promise<void> {
    if (this.draftID === undefined) return;
    const path = { id: this.draftID };
    this.draftID = undefined;
    await client.DELETE('/api/ticketMessages/{id}', { params: { path } });
  }
}
