// What is typed and kept nowhere yet: its writer is asked before it goes with the page.

export class Unsaved {
  #typed = new Set<() => boolean>();
  /** What was asked for and would lose it; null where nothing is to be decided. */
  pending = $state.raw<(() => void) | null>(null);

  /** Whether something would be lost. */
  get is(): boolean {
    return [...this.#typed].some((it) => it());
  }

  /** Counts a part of the screen in; call what is returned when it goes. */
  watch(isTyped: () => boolean): () => void {
    this.#typed.add(isTyped);
    return () => this.#typed.delete(isTyped);
  }

  /** Goes at once, or when the writer agrees to lose what is typed. */
  leave(go: () => void, loses = this.is): void {
    if (loses) this.pending = go;
    else go();
  }

  throwAway(): void {
    const go = this.pending;
    this.pending = null;
    go?.();
  }

  keep(): void {
    this.pending = null;
  }
}

export const unsaved = new Unsaved();

/** Asks about what is typed for as long as the component lives. Call while it is set up. */
export function useUnsaved(isTyped: () => boolean): void {
  $effect(() => unsaved.watch(isTyped));
}
