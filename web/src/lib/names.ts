import type { Ticket } from '../api/types';

/** One or two letters for a name or an address; what stands in brackets after it does not count. */
export function initials(name: string): string {
  const words = name
    .replace(/@.*| \(.*\)$/, '')
    .split(/[\s._-]+/)
    .filter(Boolean);
  const letters = [words[0], words.length > 1 ? words[words.length - 1] : undefined];
  return (
    letters
      .map((it) => [...(it ?? '')][0] ?? '')
      .join('')
      .toUpperCase() || '?'
  );
}

/** A colour for a name, the same every time. */
export function hue(name: string): number {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)!) >>> 0;
  return hash % 360;
}

/** Who a ticket is from, as well as that is known. */
export function customerName(ticket: Ticket): string {
  const person = ticket.endUsers[0];
  const full = [person?.firstname, person?.lastname].filter(Boolean).join(' ');
  return person?.name || full || ticket.uid || `#${ticket.ticketID}`;
}
