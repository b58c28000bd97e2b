// Everything that can be done has a name, and most of it a key. The palette, the sheet of keys and the
// keyboard itself all read this one list, so that none of them can lie.
import { untrack } from 'svelte';
import { Sequence, isTyping, nameOf } from './keys';
import type { Key } from './i18n.svelte';

export type Group = 'go' | 'list' | 'ticket' | 'write' | 'general';

export interface Command {
  id: string;
  /** The message that names it, or words that are no message. */
  title: Key | (() => string);
  group: Group;
  /** One or more keys; the first is shown. */
  keys?: string[];
  /** Also while a text is being written. */
  whileTyping?: boolean;
  /** Kept out of the palette: moving the cursor and the like. */
  hidden?: boolean;
  run: () => void;
}

class Commands {
  #shown = $state.raw<Command[][]>([]);
  /** The same, for writing: where a part of the screen goes, state reads as it was before. */
  #sets: Command[][] = [];
  #sequence = new Sequence();
  /** Above zero while a dialog is open: keys belong to it. */
  suspended = 0;

  /** Every command that works now; the newest place wins a key. */
  get all(): Command[] {
    return this.#shown.flat();
  }

  /** Adds commands while a part of the screen is there; call what is returned when it goes. */
  add(commands: Command[]): () => void {
    this.#sets = [commands, ...this.#sets];
    this.#shown = this.#sets;
    return () => {
      this.#sets = this.#sets.filter((it) => it !== commands);
      this.#shown = this.#sets;
    };
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || this.suspended > 0) return;
    if (['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
    // Enter and space on a button or link are its own.
    const own = (event.target as Element | null)?.closest?.('button, a, summary, [role="option"]');
    if (own && (event.key === 'Enter' || event.key === ' ') && !event.ctrlKey && !event.metaKey) return;
    const typing = isTyping(event.target);
    const usable = this.all.filter((it) => it.keys && (!typing || it.whileTyping));
    const known = usable.flatMap((it) => it.keys ?? []);
    const { hit, pending } = this.#sequence.press(nameOf(event), known, event.timeStamp);
    if (pending) event.preventDefault();
    if (!hit) return;
    const command = usable.find((it) => it.keys?.includes(hit));
    if (!command) return;
    event.preventDefault();
    command.run();
  }
}

export const commands = new Commands();

/** Commands for as long as the component lives. Call while it is set up. */
export function useCommands(list: () => Command[]): void {
  $effect(() => {
    const now = list();
    return untrack(() => commands.add(now));
  });
}
