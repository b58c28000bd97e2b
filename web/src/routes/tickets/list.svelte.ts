// The list on the screen: which tickets, where the cursor is, what is selected.
import { createQueries } from '@tanstack/svelte-query';
import { getContext, setContext, untrack } from 'svelte';
import { PAGE, keys, ticketPage } from '../../api/queries';
import { queryClient } from '../../api/query-client';
import type { Ticket, TicketPage, TicketQuery } from '../../api/types';
import { router } from '../../lib/router.svelte';
import { address, isView, read, toQuery, type Filter } from './filter';

export class TicketList {
  readonly filter: Filter = $derived.by(() => {
    const name = router.parts[1];
    return read(isView(name) ? name : name && /^\d+$/.test(name) ? 'everything' : 'open', router.query);
  });
  /** The ticket that is open, by the address. */
  readonly openID: number | null = $derived.by(() => {
    const [, first, second] = router.parts;
    const id = second ?? (isView(first) ? undefined : first);
    return id && /^\d+$/.test(id) ? Number(id) : null;
  });
  readonly query: TicketQuery = $derived(toQuery(this.filter));
  readonly name: string = $derived(JSON.stringify(this.query));

  /** The pages that the rows on the screen, and some around them, are in. */
  #wanted = $state.raw<number[]>([1]);
  #pages = createQueries(() => ({ queries: this.#wanted.map((page) => ticketPage(this.query, page)) }));

  /** Row of the cursor; -1 before there was one. */
  cursor = $state(-1);
  #cursorID: number | null = null;
  selected = $state.raw<Map<number, Ticket>>(new Map());
  #anchor = -1;
  /** Brings a row into view; the list on the screen sets it. */
  reveal: (row: number) => void = () => {};

  /** The total that was read last: the list keeps its length while the pages of another place are on their way. */
  #known: { name: string; total: number } | undefined;
  readonly total: number | undefined = $derived.by(() => {
    for (const [at, number] of this.#wanted.entries()) {
      const data = this.#pages[at]?.data;
      if (!data) continue;
      const isOurs = data === queryClient.getQueryData(keys.page(this.query, number));
      if (isOurs) this.#known = { name: this.name, total: data.totalCount };
      return data.totalCount;
    }
    return this.#known?.name === this.name ? this.#known.total : undefined;
  });
  readonly error: unknown = $derived(this.#pages.find((it) => it.isError && !it.data)?.error);
  readonly isFetching: boolean = $derived(this.#pages.some((it) => it.isFetching));

  constructor() {
    // Another list: its own cursor, its own selection.
    $effect(() => {
      void this.name;
      untrack(() => {
        this.cursor = -1;
        this.#cursorID = null;
        this.#anchor = -1;
        this.clear();
        this.#wanted = [1];
      });
    });
    // The cursor stays on its ticket while others come and go around it.
    $effect(() => {
      for (const page of this.#pages) void page.data;
      untrack(() => this.#follow());
    });
    // A ticket opened by its address takes the cursor along.
    $effect(() => {
      const id = this.openID;
      for (const page of this.#pages) void page.data;
      if (id !== null) untrack(() => this.#point(id));
    });
  }

  show(first: number, last: number): void {
    const from = Math.max(1, Math.floor((first - PAGE / 2) / PAGE) + 1);
    const to = Math.max(from, Math.floor((last + PAGE / 2) / PAGE) + 1);
    const pages = Array.from({ length: Math.min(to - from + 1, 8) }, (_, at) => from + at);
    const most = Math.max(1, Math.ceil((this.total ?? 1) / PAGE));
    let wanted = pages.filter((it) => it <= most);
    // Far from all that was read, the server counts off what lies before a page: once, then the next ones are near.
    const isFar = wanted.every((it) => !queryClient.getQueryData(keys.page(this.query, it)));
    if (isFar) wanted = wanted.filter((it) => it === Math.floor(first / PAGE) + 1);
    if (wanted.length > 0 && wanted.join() !== this.#wanted.join()) this.#wanted = wanted;
  }

  /** The ticket of a row; undefined while it is not there yet. */
  at(row: number): Ticket | undefined {
    const number = Math.floor(row / PAGE) + 1;
    const at = this.#wanted.indexOf(number);
    const page =
      at >= 0 ? this.#pages[at]?.data : queryClient.getQueryData<TicketPage>(keys.page(this.query, number));
    return page?.items[row % PAGE];
  }

  get current(): Ticket | undefined {
    return this.cursor >= 0 ? this.at(this.cursor) : undefined;
  }

  /** The ticket that is open, as well as it is known. */
  get #opened(): Ticket | undefined {
    if (this.openID === null) return undefined;
    if (this.current?.ticketID === this.openID) return this.current;
    return queryClient.getQueryData<Ticket>(keys.ticket(this.openID));
  }

  /** Where the ticket that is open stands in the list; -1 where it is not in it, or not on its way there. */
  get place(): number {
    return this.openID !== null && this.current?.ticketID === this.openID ? this.cursor : -1;
  }

  /** What an action is for: the ticket that is open, else what is selected, else the ticket of the cursor. */
  get targets(): Ticket[] {
    if (this.openID !== null) return this.#opened ? [this.#opened] : [];
    if (this.selected.size > 0) return [...this.selected.values()];
    return this.current ? [this.current] : [];
  }

  move(by: number): void {
    this.moveTo(this.cursor + by);
  }

  moveTo(row: number): void {
    const last = (this.total ?? 0) - 1;
    this.cursor = Math.max(0, Math.min(row, last));
    this.#cursorID = this.at(this.cursor)?.ticketID ?? null;
    this.reveal(this.cursor);
  }

  toggle(row: number, range = false): void {
    const next = new Map(this.selected);
    const [from, to] = range && this.#anchor >= 0 ? [this.#anchor, row] : [row, row];
    const on = !next.has(this.at(row)?.ticketID ?? 0);
    for (let it = Math.min(from, to); it <= Math.max(from, to); it += 1) {
      const ticket = this.at(it);
      if (!ticket) continue;
      if (on) next.set(ticket.ticketID, ticket);
      else next.delete(ticket.ticketID);
    }
    this.#anchor = row;
    this.selected = next;
  }

  /** Selects every ticket that is loaded. */
  selectLoaded(): void {
    const next = new Map<number, Ticket>();
    for (const page of this.#pages) for (const it of page.data?.items ?? []) next.set(it.ticketID, it);
    this.selected = next;
  }

  clear(): void {
    if (this.selected.size > 0) this.selected = new Map();
  }

  open(row: number): void {
    const ticket = this.at(row);
    if (!ticket) return;
    this.moveTo(row);
    router.go(address(this.filter, ticket.ticketID));
  }

  /** Back to where the ticket was opened from. */
  close(): void {
    router.back(address(this.filter));
  }

  /** The ticket `by` rows on, in place of the one that is open. */
  step(by: number): void {
    // Where the open ticket has left the list, its row is the next one's.
    const row = this.cursor + (by > 0 && this.place < 0 ? by - 1 : by);
    if (this.cursor < 0 || row < 0 || row >= (this.total ?? 0)) return;
    const ticket = this.at(row);
    this.show(row, row);
    if (!ticket) return;
    this.moveTo(row);
    router.go(address(this.filter, ticket.ticketID), { replace: true });
  }

  /** After an action on the ticket that is open: the one that follows, or the list. */
  advance(done: number): void {
    const here = this.current;
    const next = here && here.ticketID !== done ? here : this.at(this.cursor + 1);
    if (this.cursor >= 0 && next && next.ticketID !== done) {
      this.moveTo(next === here ? this.cursor : this.cursor + 1);
      router.go(address(this.filter, next.ticketID), { replace: true });
    } else {
      this.close();
    }
  }

  change(filter: Partial<Filter>): void {
    router.go(address({ ...this.filter, ...filter }), { replace: true });
  }

  retry(): void {
    for (const page of this.#pages) if (page.isError) void page.refetch();
  }

  #rowOf(id: number): number {
    for (const [at, number] of this.#wanted.entries()) {
      const found = this.#pages[at]?.data?.items.findIndex((it) => it.ticketID === id) ?? -1;
      if (found >= 0) return (number - 1) * PAGE + found;
    }
    return -1;
  }

  #follow(): void {
    if (this.cursor < 0 || this.#cursorID === null) return;
    if (this.at(this.cursor)?.ticketID === this.#cursorID) return;
    const row = this.#rowOf(this.#cursorID);
    if (row >= 0) this.cursor = row;
    else if (this.openID === null) this.#cursorID = this.at(this.cursor)?.ticketID ?? null;
  }

  #point(id: number): void {
    const row = this.#rowOf(id);
    if (row < 0) return;
    this.cursor = row;
    this.#cursorID = id;
  }
}

const LIST = Symbol('list');

export function provideList(): TicketList {
  return setContext(LIST, new TicketList());
}

export function useList(): TicketList {
  return getContext(LIST);
}
