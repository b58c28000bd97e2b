import { describe, expect, it } from 'vitest';
import type { Ticket } from '../api/types';
import { customerName, hue, initials } from './names';

describe('names', () => {
  it('have initials', () => {
    expect(initials('Zoë van den Berg')).toBe('ZB');
    expect(initials('oliver.bennett@example.com')).toBe('OB');
    expect(initials('Élise')).toBe('É');
    expect(initials('Lotte Claes (me)')).toBe('LC');
    expect(initials('')).toBe('?');
    expect(initials('😀 Smile')).toBe('😀S');
  });

  it('keep their colour', () => {
    expect(hue('Ann')).toBe(hue('Ann'));
    expect(hue('Ann')).not.toBe(hue('Bob'));
  });

  it('fall back to the address and the number', () => {
    const ticket = (endUsers: object[], uid?: string) =>
      ({ ticketID: 7, endUsers, uid }) as unknown as Ticket;
    expect(customerName(ticket([{ name: 'Ann' }]))).toBe('Ann');
    expect(customerName(ticket([{ firstname: 'Ann', lastname: 'Lee' }]))).toBe('Ann Lee');
    expect(customerName(ticket([], 'a@example.com'))).toBe('a@example.com');
    expect(customerName(ticket([]))).toBe('#7');
  });
});
