const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };

export interface Piece {
  text: string;
  hit: boolean;
}

/** Takes a snippet of the server's apart; nothing in it is ever read as HTML. */
export function pieces(html: string): Piece[] {
  let hit = false;
  const found: Piece[] = [];
  for (const part of html.split(/(<\/?mark>)/)) {
    if (part === '<mark>') hit = true;
    else if (part === '</mark>') hit = false;
    else if (part)
      found.push({ text: part.replace(/&(lt|gt|quot|#39|amp);/g, (_, it: string) => ENTITIES[it]!), hit });
  }
  return found;
}
