// Short words at the edge of the screen: what was done, with undo, and what went wrong.

export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'error' | 'info';
  action?: { label: string; run: () => void };
}

const LASTS = 6000;
const LASTS_ERROR = 12_000;

class Toasts {
  items = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  #show(toast: Omit<Toast, 'id'>, lasts: number): number {
    const id = this.#next++;
    this.items = [...this.items.slice(-3), { id, ...toast }];
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), lasts),
    );
    return id;
  }

  /** `lasts` is how long its action works, in milliseconds. */
  done(text: string, action?: Toast['action'], lasts = LASTS): number {
    return this.#show({ text, kind: 'done', action }, lasts);
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

  /** Runs the newest action: what Z does. */
  undo(): boolean {
    const newest = [...this.items].reverse().find((it) => it.action);
    if (!newest) return false;
    this.dismiss(newest.id);
    newest.action?.run();
    return true;
  }
}

export const toasts = new Toasts();
