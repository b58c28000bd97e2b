// Which passage each sentence of a draft rests on.
import type { Citation } from '../../../api/types';

export interface Sentence {
  text: string;
  /** Place in the list of citations; null where none has its words. */
  citation: number | null;
}

/** The share of a sentence's words that its passage has to have. */
const ENOUGH = 0.34;

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? [];
}

/** Takes a draft apart into sentences with what follows them, so that together they are the draft again. */
export function split(text: string, language: string): string[] {
  const parts = [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text)];
  return parts.map((it) => it.segment);
}

function best(sentence: string, quotes: Set<string>[]): number | null {
  const own = words(sentence);
  if (own.length < 3) return null;
  const shares = quotes.map((quote) => own.filter((it) => quote.has(it)).length / own.length);
  const most = Math.max(0, ...shares);
  return most >= ENOUGH ? shares.indexOf(most) : null;
}

/** The server says which sentence of the draft a citation supports. */
function said(part: string, citations: Citation[]): number | null {
  const own = part.replace(/\s+/g, ' ').trim();
  if (own.length < 3) return null;
  const at = citations.findIndex((it) => {
    const sentence = it.sentence?.replace(/\s+/g, ' ').trim();
    return sentence ? sentence === own || sentence.includes(own) || own.includes(sentence) : false;
  });
  return at >= 0 ? at : null;
}

export function tie(text: string, citations: Citation[], language: string): Sentence[] {
  const quotes = citations.map((it) => new Set(words(it.quote)));
  const isSaid = citations.some((it) => it.sentence);
  return split(text, language).map((part) => ({
    text: part,
    citation: isSaid ? said(part, citations) : best(part, quotes),
  }));
}

/** A passage of a document as one reads it, without the marks of its markdown. */
export function plain(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(?:#{1,6}|>|[-*+]|\d+[.)])\s+/gm, '')
    .replace(/(\*\*|__|`)(.+?)\1/g, '$2')
    .trim();
}

/** A document that a draft rests on, with the numbers of its passages from 1. */
export interface SourceDocument {
  documentID: number;
  title: string;
  numbers: number[];
  quotes: string[];
}

/** Each document once, in the order of its first passage. */
export function byDocument(citations: Citation[]): SourceDocument[] {
  const found = new Map<number, SourceDocument>();
  citations.forEach(({ documentID, title, quote }, at) => {
    const source = found.get(documentID) ?? { documentID, title, numbers: [], quotes: [] };
    source.numbers.push(at + 1);
    source.quotes.push(quote);
    found.set(documentID, source);
  });
  return [...found.values()];
}
