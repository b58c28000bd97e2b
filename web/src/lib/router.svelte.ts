// The address is state: which page, which filter, which ticket. Nothing else remembers it.

import { unsaved } from './unsaved.svelte';

const BASE = '/app';

interface Place {
  /** Below `/app`, with a leading slash. */
  path: string;
  query: URLSearchParams;
}

function here(): Place {
  const path = location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length) : location.pathname;
  return { path: path || '/', query: new URLSearchParams(location.search) };
}

class Router {
  #place = $state.raw<Place>(here());
  /** The depth of the place that is shown. */
  #at = 0;
  /** The browser goes where the writer has agreed to go. */
  #agreed = false;

  constructor() {
    this.#at = this.#depth;
    addEventListener('popstate', () => this.#popped());
    addEventListener('beforeunload', (event) => unsaved.is && event.preventDefault());
  }

  #popped(): void {
    const by = this.#depth - this.#at;
    if (by !== 0 && unsaved.is && !this.#agreed) {
      // The browser has gone already: it comes back, and goes again where it may.
      history.go(-by);
      unsaved.leave(() => {
        this.#agreed = true;
        history.go(by);
      });
      return;
    }
    this.#agreed = false;
    this.#at = this.#depth;
    this.#place = here();
  }

  /** How many pages of the dashboard lie behind this one: whether "back" stays in it. */
  get #depth(): number {
    return Number((history.state as { depth?: number } | null)?.depth) || 0;
  }

  get path(): string {
    return this.#place.path;
  }

  get query(): URLSearchParams {
    return this.#place.query;
  }

  /** Parts of the path, decoded. */
  get parts(): string[] {
    return this.path.split('/').filter(Boolean).map(decode);
  }

  go(to: string, options: { replace?: boolean } = {}): void {
    const url = new URL(BASE + to, location.origin);
    if (url.pathname + url.search === location.pathname + location.search) return;
    unsaved.leave(() => this.#move(url, options.replace));
  }

  #move(url: URL, replaces = false): void {
    if (replaces) {
      history.replaceState(history.state, '', url);
    } else {
      history.pushState({ depth: this.#depth + 1 }, '', url);
    }
    this.#at = this.#depth;
    this.#place = here();
  }

  /** Back where one came from, or to `otherwise` where that was outside. */
  back(otherwise: string): void {
    if (this.#depth > 0) history.back();
    else this.go(otherwise, { replace: true });
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const router = new Router();

/** The address of a page, for links. */
export function href(to: string): string {
  return BASE + to;
}

/** Lets plain clicks on links to our own pages change the page in place; others stay the browser's. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || link.target || link.hasAttribute('download')) return;
  if (link.origin !== location.origin || !link.pathname.startsWith(`${BASE}/`)) return;
  event.preventDefault();
  router.go(link.pathname.slice(BASE.length) + link.search);
}
