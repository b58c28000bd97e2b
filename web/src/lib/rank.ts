function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** How well a name fits what was typed; 0 where it does not. */
export function score(name: string, typed: string): number {
  const [where, what] = [fold(name), fold(typed.trim())];
  if (!what) return 1;
  if (where.startsWith(what)) return 4;
  if (where.split(/[\s/&-]+/).some((word) => word.startsWith(what))) return 3;
  if (where.includes(what)) return 2;
  let at = 0;
  for (const letter of what.replaceAll(' ', '')) {
    at = where.indexOf(letter, at) + 1;
    if (at === 0) return 0;
  }
  return 1;
}

/** What fits, the best first, otherwise in the order given. */
export function rank<T>(items: T[], typed: string, name: (item: T) => string): T[] {
  const scored = items.map((item) => ({ item, score: score(name(item), typed) }));
  return scored
    .filter((it) => it.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((it) => it.item);
}
