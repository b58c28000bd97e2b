/** What stays free above the newest message, in pixels. */
const MARGIN = 12;

interface Heights {
  /** Of the window on the conversation. */
  height: number;
  /** Of the whole conversation. */
  content: number;
  /** Where the newest message begins in it. */
  newest: number;
}

/** How far to scroll for the newest message: to its end, but never past its beginning. */
export function topFor({ height, content, newest }: Heights): number {
  return Math.max(0, Math.min(content - height, newest - MARGIN));
}
