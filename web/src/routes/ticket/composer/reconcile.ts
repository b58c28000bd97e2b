/** Whether HTML says nothing at all. */
export function isBlank(html: string): boolean {
  return !/<(?:img|hr)/i.test(html) && html.replace(/<[^>]*>|&nbsp;/g, '').trim() === '';
}

export interface Mine {
  html: string;
  /** The version of the server's that it follows; 0 where it follows none. */
  version: number;
  /** It has what the server does not. */
  dirty: boolean;
}

export interface Theirs {
  html: string;
  /** 0 where nothing is saved. */
  version: number;
}

/** Whose text goes on when a composer opens: nothing is ever thrown away without asking. */
export function reconcile(mine: Mine, theirs: Theirs): 'mine' | 'theirs' | 'ask' {
  const isSame = mine.html === theirs.html;
  if (isSame || mine.version === theirs.version) return 'mine';
  if (isBlank(mine.html) || !mine.dirty) {
    // Sent or thrown away elsewhere, or written on there.
    return 'theirs';
  }
  return isBlank(theirs.html) ? 'mine' : 'ask';
}
