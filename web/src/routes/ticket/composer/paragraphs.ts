const SIGNS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text as paragraphs for the editor. */
export function paragraphs(text: string): string {
  const escaped = text.trim().replace(/[&<>"]/g, (it) => SIGNS[it]!);
  return escaped
    .split(/\n{2,}/)
    .map((it) => `<p>${it.replace(/\n/g, '<br>')}</p>`)
    .join('');
}
