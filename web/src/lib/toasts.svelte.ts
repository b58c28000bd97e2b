// Short words at the edge of the screen: what was done, with undo, and what went wrong.

export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'error' | 'info';
  action?: { label: string; run: () => void };
}

const LASTS = 6000;
const LASTS_ERROR = 12_000;
/** How long what was done can still be undone by key after its words have gone, in milliseconds. */
const REMEMBERED = 60_000;

class Toasts {
  items = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #undo: { id: number; run: () => void; until: number } | undefined;

  #show(toast: Omit<Toast, 'id'>, lasts: number): number {
    const id = this.#next++;
    this.items = [...this.items.slice(-3), { id, ...toast }];
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), lasts),
    );
    return id;
  }

  /** `works` is how long its action works where that is not for long, in milliseconds. */
  done(text: string, action?: Toast['action'], works?: number): number {
    const id = this.#show({ text, kind: 'done', action }, works ?? LASTS);
    if (action) this.#undo = { id, run: action.run, until: Date.now() + (works ?? REMEMBERED) };
    return id;
  }

  info(text: string, action?: Toast['action']): number {
    return this.#show({ text, kind: 'info', action }, LASTS);
  }

  error(text: string, action?: Toast['action']): number {
    return this.#show({ text, kind: 'error', action }, LASTS_ERROR);
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.items = this.items.filter((it) => it.id !== id);
  }

  /** What was done with the button of its words is done: the key does not do it again. */
  act(toast: Toast): void {
    this.dismiss(toast.id);
    if (this.#undo?.id === toast.id) this.#undo = undefined;
    toast.action?.run();
  }

  /** Runs the newest action on the screen, else what undoes the last thing done: what Z does. */
  undo(): boolean {
    const newest = [...this.items].reverse().find((it) => it.action);
    if (newest) {
      this.act(newest);
      return true;
    }
    const last = this.#undo;
    this.#undo = undefined;
    if (!last || last.until < Date.now()) return false;
    last.run();
    return true;
  }
}

export const toasts = new Toasts();
