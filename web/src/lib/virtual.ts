// Which rows of a very long list are on the screen.
//
// Browsers cap the height of an element (Chromium at 33 million pixels, others lower), so a list of a million
// rows is laid out on a shorter track. Small movements scroll row by row; a jump of the scroll bar goes to
// the row at the same share of the list.

/** The tallest track, in pixels. */
export const TALLEST = 8_000_000;

export interface Shape {
  count: number;
  rowHeight: number;
  viewport: number;
}

/** The height of the track that the scroll bar shows. */
export function trackHeight(shape: Shape): number {
  return Math.min(shape.count * shape.rowHeight, TALLEST);
}

/** Where the list stands: `top` in pixels of the whole list, `scroll` in pixels of the track. */
export interface Position {
  top: number;
  scroll: number;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(0, value), Math.max(0, most));
}

/** The position after the track was scrolled to `scroll`. */
export function scrolled(shape: Shape, from: Position, scroll: number): Position {
  const longest = shape.count * shape.rowHeight - shape.viewport;
  const most = trackHeight(shape) - shape.viewport;
  if (longest <= 0 || most <= 0) return { top: 0, scroll };
  if (longest <= most) return { top: clamp(scroll, longest), scroll };
  if (scroll <= 0) return { top: 0, scroll };
  if (scroll >= most - 1) return { top: longest, scroll };
  const moved = scroll - from.scroll;
  const isStep = Math.abs(moved) <= shape.viewport * 2;
  return { top: clamp(isStep ? from.top + moved : (scroll / most) * longest, longest), scroll };
}

/** Where the track stands when row pixels `top` are at the upper edge. */
export function scrollFor(shape: Shape, top: number): number {
  const longest = shape.count * shape.rowHeight - shape.viewport;
  const most = trackHeight(shape) - shape.viewport;
  if (longest <= 0 || most <= 0) return 0;
  return longest <= most ? clamp(top, longest) : Math.round((clamp(top, longest) / longest) * most);
}

/** First and last row to draw (last excluded), `spare` rows beyond each edge. */
export function rows(shape: Shape, top: number, spare: number): [number, number] {
  const first = Math.floor(top / shape.rowHeight) - spare;
  const last = Math.ceil((top + shape.viewport) / shape.rowHeight) + spare;
  return [Math.max(0, Math.min(first, shape.count)), Math.max(0, Math.min(last, shape.count))];
}

/** The `top` that brings a row into view with the least movement. */
export function reveal(shape: Shape, top: number, row: number): number {
  const start = row * shape.rowHeight;
  if (start < top) return start;
  const end = start + shape.rowHeight;
  return end > top + shape.viewport ? end - shape.viewport : top;
}
