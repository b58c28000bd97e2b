// A signed-in browser, and what every test asks of a page.
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';

export const server = {
  get url(): string {
    return process.env['E2E_URL'] ?? '';
  },
  get login() {
    return { username: process.env['E2E_USERNAME'] ?? '', password: process.env['E2E_PASSWORD'] ?? '' };
  },
};

export async function signIn(page: Page, login = server.login): Promise<void> {
  await page.goto(`${server.url}/app/`);
  await page.getByLabel('Username').fill(login.username);
  await page.getByLabel('Password').fill(login.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'Views' })).toBeAttached();
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
      if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
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
    (it) => `${it.id}: ${it.help}\n${it.nodes.map((node) => `  ${node.html.slice(0, 200)}`).join('\n')}`,
  );
  expect(found).toEqual([]);
}
