// Every screen, in both themes and at phone width: looked at by axe, and kept as a picture.
import { expect, expectAccessible, shoot, signIn, test, visit, type Page } from './support/desk';

const press = (key: string) => (page: Page) => page.keyboard.press(key);
const click = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();

/** A screen, when it is there, and what opens on it. */
const SCREENS: [
  name: string,
  path: string,
  ready: string,
  act?: (page: Page) => Promise<void>,
  then?: string,
][] = [
  ['inbox', '/tickets/open', '[role=row]'],
  ['search', '/tickets/everything?search=card', 'mark'],
  ['empty', '/tickets/open?search=zzzyyyxxx', 'text=Nothing found'],
  ['ticket', '/tickets/open/195', '[role=region]'],
  ['ticket-writing', '/tickets/open/195', '[role=region]', press('r'), '.ProseMirror'],
  ['overview', '/overview', 'text=Tickets a day'],
  ['document', '/settings/documents/1', 'textarea'],
  ['profile', '/settings/profile', 'text=Sign out everywhere'],
  ['channels', '/settings/channels', 'text=Support mailbox'],
  ['topics', '/settings/topics', 'text=Flight status'],
  ['documents', '/settings/documents', 'main li'],
  ['canned', '/settings/canned', 'main h1'],
  ['fields', '/settings/fields', 'text=Order number'],
  ['people', '/settings/people', 'text=Pieter Maes'],
  ['ai', '/settings/ai', 'text=Organisation'],
  ['keys', '/settings/keys', 'main h1'],
  ['rule', '/settings/automatic', 'main h1', click('New rule'), '[role=dialog]'],
  ['channel', '/settings/channels', 'text=Support mailbox', click('Support mailbox'), '[role=dialog]'],
  ['topic', '/settings/topics', 'text=Flight status', click('Flight status'), '[role=dialog]'],
  ['person', '/settings/people', 'text=Pieter Maes', click('Pieter Maes'), '[role=dialog]'],
  ['automatic', '/settings/automatic', 'text=Nothing goes out by itself'],
  ['outbox', '/settings/outbox', 'text=Everything has gone out'],
  ['unreadable', '/settings/unreadable', 'text=Every mail could be read'],
  ['audit', '/settings/audit', 'main li'],
  ['jobs', '/settings/jobs', 'main h1'],
];
const THEMES = ['light', 'dark'] as const;
const WIDTHS = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

for (const theme of THEMES) {
  for (const [width, viewport] of Object.entries(WIDTHS)) {
    test(`screens are accessible: ${theme}, ${width}`, async ({ page, complaints }) => {
      test.setTimeout(600_000);
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: theme });
      await visit(page, '/');
      await page.getByLabel('Username').waitFor();
      await expectAccessible(page);
      await shoot(page, `sign-in-${theme}-${width}`);
      await signIn(page);
      for (const [name, path, ready, act, then] of SCREENS) {
        await visit(page, path);
        await page.locator(ready).first().waitFor();
        await act?.(page);
        if (then) await page.locator(then).first().waitFor();
        await page.waitForTimeout(250);
        await test.step(name, () => expectAccessible(page));
        await shoot(page, `${name}-${theme}-${width}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        expect(wide, `${name} is wider than the window`).toBe(false);
      }
      complaints.splice(0);
    });
  }
}
