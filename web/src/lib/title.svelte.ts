// What the browser's tab says: the page that is open, and how much came in while nobody looked.
import { untrack } from 'svelte';

const PROGRAM = 'answerpal';

/** The words of a tab. */
export function titleOf(page: string, news: number): string {
  return `${news > 0 ? `(${news}) ` : ''}${page ? `${page} · ` : ''}${PROGRAM}`;
}

class Titles {
  #pages = $state.raw<(() => string)[]>([]);
  /** Notifications that were not read. */
  unread = $state(0);
  /** Messages of customers that came while the tab was hidden. */
  #missed = $state(0);

  constructor() {
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#missed = 0;
    });
  }

  get text(): string {
    return titleOf(this.#pages[0]?.() ?? '', this.news);
  }

  get news(): number {
    return this.unread + this.#missed;
  }

  /** A customer wrote. */
  heard(): void {
    if (document.hidden) this.#missed += 1;
  }

  /** Names a page while it is there: the newest one counts. */
  add(page: () => string): () => void {
    this.#pages = [page, ...this.#pages];
    return () => (this.#pages = this.#pages.filter((it) => it !== page));
  }
}

export const titles = new Titles();

/** Names the page for as long as the component lives. Call while it is set up. */
export function useTitle(page: () => string): void {
  $effect(() => untrack(() => titles.add(page)));
}
