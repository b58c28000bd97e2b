// Messages on their way to the server: shown in their place at once.

export interface Pending {
  id: string;
  ticketID: number;
  html: string;
  isNote: boolean;
}

class Outbox {
  #items = $state.raw<Pending[]>([]);

  of(ticket: number): Pending[] {
    return this.#items.filter((it) => it.ticketID === ticket);
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  add(pending: Pending): void {
    this.#items = [...this.#items, pending];
  }

  remove(id: string): void {
    this.#items = this.#items.filter((it) => it.id !== id);
  }
}

export const outbox = new Outbox();
