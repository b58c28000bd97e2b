// `@` in a note names somebody, who is told of it.
import Mention from '@tiptap/extension-mention';
import type { SuggestionKeyDownProps, SuggestionProps } from '@tiptap/suggestion';
import { assignableReps } from '../../../api/queries';
import { queryClient } from '../../../api/query-client';
import type { Rep } from '../../../api/types';
import { rank } from '../../../lib/rank';

/** The people that fit what was typed, and where they are shown. */
export class Suggested {
  reps = $state.raw<Rep[]>([]);
  at = $state(0);
  place = $state.raw<{ left: number; bottom: number } | null>(null);
  #choose: (rep: Rep) => void = () => {};

  get open(): boolean {
    return this.place !== null && this.reps.length > 0;
  }

  update(props: SuggestionProps<Rep>): void {
    this.reps = props.items;
    this.at = Math.min(this.at, Math.max(0, props.items.length - 1));
    this.#choose = (rep) => props.command(rep);
    const rect = props.clientRect?.();
    this.place = rect ? { left: rect.left, bottom: innerHeight - rect.top + 6 } : null;
  }

  close(): void {
    this.place = null;
    this.at = 0;
  }

  pick(at = this.at): void {
    const rep = this.reps[at];
    if (rep) this.#choose(rep);
  }

  press({ event }: SuggestionKeyDownProps): boolean {
    if (!this.open) return false;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) this.at = (this.at + by + this.reps.length) % this.reps.length;
    else if (event.key === 'Enter' || event.key === 'Tab') this.pick();
    else if (event.key === 'Escape') this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}

export function mentionOf(suggested: Suggested) {
  return Mention.configure({
    renderText: ({ node }) => `@${node.attrs['label']}`,
    renderHTML: ({ node }) => ['strong', `@${node.attrs['label']}`],
    suggestion: {
      items: async ({ query }) => {
        const reps = await queryClient.ensureQueryData(assignableReps);
        return rank(reps, query, (it) => `${it.name} ${it.username}`).slice(0, 6);
      },
      command: ({ editor, range, props }) => {
        const rep = props as unknown as Rep;
        const attrs = { id: String(rep.customerRepID), label: rep.name };
        editor
          .chain()
          .focus()
          .insertContentAt(range, [
            { type: 'mention', attrs },
            { type: 'text', text: ' ' },
          ])
          .run();
      },
      render: () => ({
        onStart: (props) => suggested.update(props as unknown as SuggestionProps<Rep>),
        onUpdate: (props) => suggested.update(props as unknown as SuggestionProps<Rep>),
        onKeyDown: (props) => suggested.press(props),
        onExit: () => suggested.close(),
      }),
    },
  });
}
