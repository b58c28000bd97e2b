// On a phone a finger finds what a mouse would, and nothing waits for a mouse to hover.
import { devices } from '@playwright/test';
import { editor, expect, signIn, test, visit, type Page } from './support/desk';

const { hasTouch, isMobile, viewport } = devices['iPhone 13'];
test.use({ hasTouch, isMobile, viewport });

/** What can be touched and is less than 32 pixels high, links within a text aside. */
async function small(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const seen = [...document.querySelectorAll('button, a, summary, [role=option], [role=menuitem]')];
    return seen.flatMap((it) => {
      const { height, width } = it.getBoundingClientRect();
      const style = getComputedStyle(it);
      const isShown = width > 1 && height > 1 && it.checkVisibility({ visibilityProperty: true });
      if (!isShown || style.display === 'inline' || height >= 32) return [];
      return [
        `${it.getAttribute('aria-label') ?? it.textContent?.trim().slice(0, 30)}: ${Math.round(height)}`,
      ];
    });
  });
}

test('what can be touched is large enough', async ({ page, complaints }) => {
  await signIn(page);
  complaints.splice(0);
  await page.getByRole('row').first().waitFor();
  expect.soft(await small(page)).toEqual([]);
  await page.getByRole('button', { name: 'Menu' }).click();
  expect.soft(await small(page)).toEqual([]);
  await visit(page, '/tickets/open/195');
  await page.getByRole('region', { name: 'Conversation' }).locator('article').first().waitFor();
  expect.soft(await small(page)).toEqual([]);
  await page.getByRole('button', { name: 'Customer and details' }).click();
  await page.getByRole('link', { name: /^See all/ }).waitFor();
  await page.getByText('Rests on').waitFor();
  expect.soft(await small(page)).toEqual([]);
  await visit(page, '/tickets/open/195');
  await page.getByRole('button', { name: 'Reply' }).click();
  await page.getByRole('textbox', { name: editor }).waitFor();
  expect.soft(await small(page)).toEqual([]);
});

test('a message is forwarded without a mouse', async ({ page, complaints }) => {
  await signIn(page);
  complaints.splice(0);
  await visit(page, '/tickets/open/195');
  const forward = page.getByRole('button', { name: 'Forward this message' }).last();
  await expect(forward).toHaveCSS('opacity', '1');
  const shown = await forward.evaluate((it) => getComputedStyle(it.parentElement!).opacity);
  expect(shown).toBe('1');
});

test('all that can be done to what is selected is on the screen', async ({ page, complaints }) => {
  await signIn(page);
  complaints.splice(0);
  await page.getByRole('checkbox').first().tap();
  const bar = page.getByRole('toolbar', { name: 'For the selected tickets' });
  for (const name of ['Close', 'Assign…', 'Escalate', 'Spam', 'Clear selection']) {
    await expect(bar.getByRole('button', { name, exact: true })).toBeInViewport({ ratio: 1 });
  }
  await bar.getByRole('button', { name: 'Clear selection' }).tap();
  await expect(bar).toBeHidden();
});
