/** A text with `{names}`, or one text for each plural category that the language has. */
export type Message = string | Record<string, string>;
export type Values = Record<string, string | number>;

const rules = new Map<string, Intl.PluralRules>();
const numbers = new Map<string, Intl.NumberFormat>();

function cached<T>(map: Map<string, T>, language: string, make: () => T): T {
  let found = map.get(language);
  if (!found) map.set(language, (found = make()));
  return found;
}

export function formatNumber(value: number, language: string): string {
  return cached(numbers, language, () => new Intl.NumberFormat(language)).format(value);
}

/** Fills the names in; `n` chooses the plural. */
export function fill(message: Message, values: Values | undefined, language: string): string {
  let text: string;
  if (typeof message === 'string') {
    text = message;
  } else {
    const rule = cached(rules, language, () => new Intl.PluralRules(language));
    const category = rule.select(Number(values?.['n'] ?? 0));
    text = message[category] ?? message['other'] ?? '';
  }
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? formatNumber(value, language) : value;
  });
}
