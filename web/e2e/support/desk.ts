// A signed-in browser, and what every test asks of a page.
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import { mkdirSync } from 'node:fs';

/** What the composer is called by. */
export const editor = 'Write your answer…';

export const server = {
  get url(): string {
    return process.env['E2E_URL'] ?? '';
  },
  /** Where its own mail server listens. */
  get smtpPort(): number {
    return Number(process.env['E2E_SMTP_PORT']);
  },
  get login() {
    return { username: process.env['E2E_USERNAME'] ?? '', password: process.env['E2E_PASSWORD'] ?? '' };
  },
};

export type { Page };

/** What a request besides the browser's needs. */
export function authorisation(): Record<string, string> {
  return { Authorization: `Basic ${btoa(`${server.login.username}:${server.login.password}`)}` };
}

export async function signIn(page: Page, login = server.login): Promise<void> {
  await page.goto(`${server.url}/app/`);
  await page.getByLabel('Username').fill(login.username);
  await page.getByLabel('Password').fill(login.password);
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeVisible();
}

/** Goes to a page of the dashboard. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(`${server.url}/app${path}`);
}

interface Desk {
  /** Signed in, on the inbox; the test fails on any error in the console, and on any request elsewhere. */
  desk: Page;
  /** What the page said that it should not have. Tests that break the net empty it. */
  complaints: string[];
}

export const test = base.extend<Desk>({
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(`page: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      // What the test driver itself wants to run in the frames of messages is refused, as all scripts are.
      if (/message(-images)?\.html' because the document's frame is sandboxed/.test(message.text())) return;
      complaints.push(`console: ${message.text()} ${message.location().url}`);
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(server.url) && !/^(data|blob|about):/.test(url))
        complaints.push(`elsewhere: ${url}`);
    });
    await use(complaints);
    expect(complaints).toEqual([]);
  },
  desk: async ({ page, complaints }, use) => {
    await signIn(page);
    await expect(page.getByRole('row').first()).toBeVisible();
    // The first answer of "who is there" is a 401 by right.
    complaints.splice(0);
    await use(page);
  },
});

export { expect };

/** No rule of accessibility is broken on the page as it is now. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(
    (it) =>
      `${it.id}: ${it.help}\n${it.nodes.map((node) => `  ${node.html.slice(0, 220)} ${node.any[0]?.message ?? ''}`).join('\n')}`,
  );
  // Soft: one run tells of every screen.
  expect.soft(found).toEqual([]);
}

/** Keeps a picture of the page for people to look at. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync('e2e/shots', { recursive: true });
  await page.screenshot({ path: `e2e/shots/${name}.png` });
}

/** The row of the list at a place. */
export function row(page: Page, at: number) {
  // One that is still to come can be in no selection.
  return page.locator(`[role=row][aria-selected][aria-rowindex="${at + 1}"]`);
}

/** Opens the ticket of the first row that is there. */
export async function openFirst(page: Page, down = 1): Promise<void> {
  for (let at = 0; at < down; at += 1) await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Conversation' })).toBeVisible();
}
