import { useCommands, type Command } from '../../lib/commands.svelte';
import { session } from '../../lib/session.svelte';
import { act } from './actions';
import type { Step } from './effects';
import type { TicketList } from './list.svelte';
import { pickers } from './pickers.svelte';

/** Does something to what is selected, or to the ticket of the cursor. */
export function actOnList(
  list: TicketList,
  step: Omit<Step, 'ids'>,
  repName?: (id: number) => string | undefined,
): void {
  const tickets = list.targets;
  if (tickets.length === 0) return;
  const open = list.openID;
  if (open === null) list.clear();
  void act(tickets, step, repName);
  if (open !== null && ['close', 'spam', 'delete'].includes(step.action)) list.advance(open);
}

function focusSearch(): void {
  document.getElementById('search')?.focus();
}

/** The keys of the list; those that change a ticket work in an open one as well. */
export function useListCommands(list: TicketList): void {
  useCommands((): Command[] => {
    const isOpen = list.openID !== null;
    const all: Command[] = [
      {
        id: 'next',
        title: isOpen ? 'keys.nextTicket' : 'keys.down',
        group: 'list',
        // An open ticket scrolls by the arrows.
        keys: isOpen ? ['j'] : ['j', 'down'],
        hidden: true,
        run: () => (isOpen ? list.step(1) : list.move(1)),
      },
      {
        id: 'previous',
        title: isOpen ? 'keys.previousTicket' : 'keys.up',
        group: 'list',
        keys: isOpen ? ['k'] : ['k', 'up'],
        hidden: true,
        run: () => (isOpen ? list.step(-1) : list.move(-1)),
      },
      {
        id: 'close',
        title: isOpen ? 'action.closeAndNext' : 'action.close',
        group: 'ticket',
        keys: ['e'],
        run: () => actOnList(list, { action: 'close' }),
      },
      {
        id: 'open-again',
        title: 'action.open',
        group: 'ticket',
        keys: ['shift+e'],
        run: () => actOnList(list, { action: 'open' }),
      },
      { id: 'assign', title: 'action.assign', group: 'ticket', keys: ['a'], run: () => pickers.open('rep') },
      {
        id: 'assign-me',
        title: 'action.assignMe',
        group: 'ticket',
        keys: ['i', 'shift+a'],
        run: () =>
          actOnList(
            list,
            { action: 'assign', customerRepID: session.rep.customerRepID },
            () => session.rep.name,
          ),
      },
      {
        id: 'status',
        title: 'action.status',
        group: 'ticket',
        keys: ['s'],
        run: () => pickers.open('status'),
      },
      {
        id: 'escalate',
        title: 'action.escalate',
        group: 'ticket',
        keys: ['!'],
        run: () =>
          actOnList(list, { action: list.targets.every((it) => it.escalated) ? 'deescalate' : 'escalate' }),
      },
      {
        id: 'spam',
        title: 'action.spam',
        group: 'ticket',
        keys: ['#'],
        run: () => actOnList(list, { action: list.targets.every((it) => it.isSpam) ? 'notSpam' : 'spam' }),
      },
      {
        id: 'delete',
        title: 'action.delete',
        group: 'ticket',
        keys: ['shift+delete'],
        run: () => pickers.open('delete'),
      },
    ];
    all.push({ id: 'new', title: 'new.title', group: 'write', keys: ['c'], run: () => pickers.open('new') });
    if (isOpen) {
      all.push({
        id: 'back',
        title: 'keys.back',
        group: 'list',
        keys: ['u', 'esc'],
        run: () => list.close(),
      });
      return all;
    }
    all.push(
      {
        id: 'open',
        title: 'keys.open',
        group: 'list',
        keys: ['enter', 'o'],
        hidden: true,
        run: () => list.open(list.cursor),
      },
      {
        id: 'select',
        title: 'keys.select',
        group: 'list',
        keys: ['x'],
        hidden: true,
        run: () => list.toggle(Math.max(0, list.cursor)),
      },
      {
        id: 'select-to',
        title: 'keys.selectTo',
        group: 'list',
        keys: ['shift+x'],
        hidden: true,
        run: () => list.toggle(Math.max(0, list.cursor), true),
      },
      {
        id: 'select-all',
        title: 'keys.selectAll',
        group: 'list',
        keys: ['mod+a'],
        run: () => list.selectLoaded(),
      },
      {
        id: 'clear',
        title: 'keys.clear',
        group: 'list',
        keys: ['esc'],
        hidden: true,
        run: () => list.clear(),
      },
      {
        id: 'top',
        title: 'keys.top',
        group: 'list',
        keys: ['g g', 'home'],
        hidden: true,
        run: () => list.moveTo(0),
      },
      {
        id: 'bottom',
        title: 'keys.bottom',
        group: 'list',
        keys: ['shift+g', 'end'],
        hidden: true,
        run: () => list.moveTo((list.total ?? 1) - 1),
      },
      {
        id: 'page-down',
        title: 'keys.pageDown',
        group: 'list',
        keys: ['pagedown'],
        hidden: true,
        run: () => list.move(15),
      },
      {
        id: 'page-up',
        title: 'keys.pageUp',
        group: 'list',
        keys: ['pageup'],
        hidden: true,
        run: () => list.move(-15),
      },
      { id: 'search', title: 'list.search', group: 'list', keys: ['/'], run: focusSearch },
    );
    return all;
  });
}
