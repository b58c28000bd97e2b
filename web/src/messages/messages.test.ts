// Every language says everything, and nothing is said that nobody asks for.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Message } from '../lib/message';

const folder = dirname(fileURLToPath(import.meta.url));
const read = (name: string) =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, Message>;
const files = readdirSync(folder).filter((it) => it.endsWith('.json'));
const english = read('en.json');

/** The `{names}` of a text, in all its plurals. */
function names(message: Message): string[] {
  const texts = typeof message === 'string' ? [message] : Object.values(message);
  return [...new Set(texts.flatMap((it) => it.match(/\{\w+\}/g) ?? []))].sort();
}

test.each(files)('%s has every text, with the same names in it', (file) => {
  const words = read(file);
  expect(Object.keys(words)).toEqual(Object.keys(english));
  for (const [key, message] of Object.entries(words)) {
    expect(names(message), key).toEqual(names(english[key]!));
    for (const text of typeof message === 'string' ? [message] : Object.values(message)) {
      expect(text.trim(), key).not.toBe('');
    }
  }
});

test.each(files)('%s has the plurals that its language asks for', (file) => {
  const language = file.replace('.json', '');
  const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  for (const [key, message] of Object.entries(read(file))) {
    if (typeof message !== 'string')
      expect(Object.keys(message), key).toEqual(expect.arrayContaining(needed));
  }
});

test('every text is used', () => {
  const source = join(folder, '..');
  const code = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((it) => /\.(ts|svelte)$/.test(it) && !it.endsWith('.test.ts'))
    .map((it) => readFileSync(join(source, it), 'utf8'))
    .join('\n');
  // Names that are put together: `done.${action}` uses all that begin with `done.`.
  const begun = [...code.matchAll(/`([\w.]+\.)\$\{/g)].map((it) => it[1]!);
  const unused = Object.keys(english).filter(
    (key) => !code.includes(`'${key}'`) && !begun.some((it) => key.startsWith(it)),
  );
  expect(unused).toEqual([]);
});

test('every event of the audit trail has words', () => {
  const server = join(folder, '../../../src');
  const code = readdirSync(server, { recursive: true, encoding: 'utf8' })
    .filter((it) => it.endsWith('.rs'))
    .map((it) => readFileSync(join(server, it), 'utf8'))
    .join('\n');
  const actions = [...code.matchAll(/Event::(?:new|ticket|message)\(\s*"([\w.]+)"/g)].map((it) => it[1]!);
  expect(actions.length).toBeGreaterThan(50);
  expect(actions.filter((it) => !(`event.${it}` in english))).toEqual([]);
});
