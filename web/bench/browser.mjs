// What a person waits for, measured in the browser.
//
//     npm run bench                             # its own server, ../target/release/answerpal, 100,000 tickets
//     npm run bench -- --tickets 200000
//     npm run bench -- URL USERNAME PASSWORD    # a server that runs already, with what `bench-data` made
import { chromium } from '@playwright/test';
import { parseArgs } from 'node:util';
import { serving } from './server.mjs';

const { values, positionals } = parseArgs({
  options: { tickets: { type: 'string', default: '100000' } },
  allowPositionals: true,
});
if (![0, 3].includes(positionals.length)) {
  console.error('usage: npm run bench -- [--tickets N] [URL USERNAME PASSWORD]');
  process.exit(2);
}
const [given, name, secret] = positionals;
const server = given
  ? { url: given, username: name, password: secret, stop: async () => undefined }
  : await serving(Number(values.tickets));
const { url, username, password } = server;

const ROUNDS = 7;

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Runs in the page: from a key press until what it shows is painted. */
function untilPainted(page, key, selector) {
  return page.evaluate(
    ([key, selector]) =>
      new Promise((done) => {
        const before = performance.now();
        const look = () => {
          if (document.querySelector(selector)) requestAnimationFrame(() => done(performance.now() - before));
          else requestAnimationFrame(look);
        };
        window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        look();
      }),
    [key, selector],
  );
}

/** A row of the table: the median of some rounds, and their range. */
async function measured(name, run) {
  const values = [];
  for (let round = 0; round < ROUNDS; round += 1) values.push(await run());
  const [low, high] = [Math.min(...values), Math.max(...values)];
  console.log(`| ${name} | ${median(values).toFixed(0)} | ${low.toFixed(0)}–${high.toFixed(0)} |`);
}

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--disable-background-networking',
    // Without a window a page counts as one in the background, and yields to everything else that runs.
    '--disable-renderer-backgrounding',
  ],
});
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
await page.goto(`${url}/app/`);
await page.locator('[autocomplete=username]').fill(username);
await page.locator('#password').fill(password);
await page.keyboard.press('Enter');
const rows = page.locator('[role=row] a');
await rows.first().waitFor();

const bytes = await page.evaluate(() =>
  performance
    .getEntriesByType('resource')
    .filter((it) => /\.(js|css)$/.test(it.name))
    .reduce((sum, it) => sum + it.encodedBodySize, 0),
);
console.log(`First load: ${(bytes / 1000).toFixed(0)} kB of scripts and styles, compressed\n`);
console.log('| what | median ms | range |\n|---|--:|--:|');

await measured('open the inbox: first rows painted after navigation', async () => {
  await page.goto(`${url}/app/tickets/everything`);
  await rows.first().waitFor();
  return page.evaluate(
    () =>
      new Promise((done) => {
        const seen = performance.getEntriesByName('rows')[0];
        done(seen ? seen.startTime : performance.now());
      }),
  );
});

await measured('list again from the cache: another view and back', async () => {
  await page.evaluate(() => history.pushState(null, '', '/app/tickets/open'));
  await page.evaluate(() => dispatchEvent(new PopStateEvent('popstate')));
  await rows.first().waitFor();
  const before = Date.now();
  await page.evaluate(() => history.pushState(null, '', '/app/tickets/everything'));
  await page.evaluate(() => dispatchEvent(new PopStateEvent('popstate')));
  await rows.first().waitFor();
  return Date.now() - before;
});

await measured('key j: the cursor moved and painted', () =>
  untilPainted(page, 'j', '[role=gridcell] > .bg-accent'),
);

await measured('jump to a random place: rows there', async () => {
  const share = Math.random();
  const before = Date.now();
  await page.evaluate((share) => {
    const box = document.querySelector('[role=grid]')?.parentElement;
    if (box) box.scrollTop = share * box.scrollHeight;
  }, share);
  await page.waitForFunction(() => {
    const drawn = [...document.querySelectorAll('[role=row]')];
    return drawn.length > 10 && drawn.every((it) => it.querySelector('a'));
  });
  const took = Date.now() - before;
  const there = await page.evaluate(() => {
    const box = document.querySelector('[role=grid]')?.parentElement;
    return box ? box.scrollTop / box.scrollHeight : 0;
  });
  if (Math.abs(there - share) > 0.05) throw new Error(`a jump to ${share} ended at ${there}`);
  return took;
});

const frames = await page.evaluate(async () => {
  const box = document.querySelector('[role=grid]')?.parentElement;
  const times = [];
  let last = performance.now();
  for (let step = 0; step < 120; step += 1) {
    if (box) box.scrollTop += 60;
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return times.sort((a, b) => a - b);
});
console.log(
  `| scroll, 120 steps of 60 px: a frame | ${frames[60]?.toFixed(0)} | 95% under ${frames[114]?.toFixed(0)} |`,
);

const words = ['parcel', 'zylophone'];
let word = 0;
await measured('search: from the last key to the hits', async () => {
  await page.goto(`${url}/app/tickets/everything`);
  await rows.first().waitFor();
  await page.locator('#search').fill(words[word++ % words.length] ?? 'parcel');
  const before = Date.now();
  await page.locator('mark').first().waitFor();
  return Date.now() - before;
});

const mailbox = await page.evaluate(async () => {
  const channels = await (await fetch('/api/Channels')).json();
  return channels.find((it) => it.channelType === 'Email').channelID;
});
await measured('open a ticket by key: its conversation painted', async () => {
  await page.goto(`${url}/app/tickets/open?channel=${mailbox}`);
  await rows.first().waitFor();
  for (let at = 0; at < 1 + (word++ % 9); at += 1) await page.keyboard.press('j');
  return untilPainted(page, 'Enter', '[role=region] article[aria-label]');
});

await measured('answer: from Ctrl+Enter to the message in the conversation', async () => {
  await page.keyboard.press('r');
  await page.locator('.ProseMirror').waitFor();
  await page.keyboard.type('Thank you for your message.');
  const before = Date.now();
  await page.keyboard.press('Control+Enter');
  await page.locator('.ProseMirror').waitFor({ state: 'detached' });
  const shown = Date.now() - before;
  await page.locator('text=/^Sent$/').last().waitFor();
  await page.waitForTimeout(300);
  return shown;
});

await measured('overview: from the click to its figures', async () => {
  await page.goto(`${url}/app/tickets/open`);
  await rows.first().waitFor();
  const before = Date.now();
  await page.locator('a[href="/app/overview"]').click();
  await page.waitForFunction(() => /\d/.test(document.querySelector('main .text-2xl')?.textContent ?? ''));
  return Date.now() - before;
});

await browser.close();
await server.stop();
