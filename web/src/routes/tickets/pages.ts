// Cached pages of a list, changed before the server has answered.
import type { Ticket, TicketPage } from '../../api/types';

export type Pages = Map<number, TicketPage>;

/** The pages with the tickets changed, and those that no longer fit taken out: what follows moves up. */
export function changed(
  pages: Pages,
  change: (ticket: Ticket) => Ticket,
  fits: (ticket: Ticket) => boolean,
): Pages {
  const next: Pages = new Map();
  const numbers = [...pages.keys()].sort((a, b) => a - b);
  let gone = 0;
  for (const number of numbers) {
    const page = pages.get(number)!;
    const items = [];
    for (const ticket of page.items) {
      const now = change(ticket);
      if (now === ticket || fits(now)) items.push(now);
      else gone += 1;
    }
    next.set(number, { ...page, items });
  }
  if (gone === 0) return next;
  for (const [at, number] of numbers.entries()) {
    const page = next.get(number)!;
    const size = pages.get(number)!.items.length;
    // Pages that follow without a gap give what is missing here.
    for (let from = at + 1; page.items.length < size && numbers[from] === number + from - at; from += 1) {
      const giver = next.get(numbers[from]!)!;
      const taken = giver.items.slice(0, size - page.items.length);
      next.set(numbers[from]!, { ...giver, items: giver.items.slice(taken.length) });
      page.items = [...page.items, ...taken];
    }
    page.totalCount = Math.max(0, page.totalCount - gone);
  }
  for (const [at, number] of numbers.entries()) {
    if (at > 0) next.get(number)!.totalCount = next.get(numbers[0]!)!.totalCount;
  }
  return next;
}
