// Figures lead to their tickets: the list behind each has as many as it says.
import { expect, row, test, visit, type Page } from './support/desk';

/** How many tickets the list has that a link leads to. */
async function listed(page: Page): Promise<number> {
  await row(page, 0).waitFor();
  return Number(
    (
      (await page
        .locator('header')
        .getByText(/^[\d,]+$/)
        .textContent()) ?? ''
    ).replace(',', ''),
  );
}

test('each figure of the overview leads to its tickets', async ({ desk: page }) => {
  for (const name of [
    /^New tickets \d/,
    /^Closed \d/,
    /^7 days – 30 days \d/,
    /^Waiting · /,
    /^Flight status/,
  ]) {
    await visit(page, '/overview?days=90');
    const link = page.getByRole('main').getByRole('link', { name });
    await page.getByRole('button', { name: /^All \d+ topics/ }).click();
    await link.waitFor();
    const says = Number(/(\d+)$/.exec(((await link.textContent()) ?? '').trim())?.[1]);
    await link.click();
    expect(await listed(page), String(name)).toBe(says);
  }
});

test('a day of the chart leads to its tickets, and a channel narrows all', async ({ desk: page }) => {
  await visit(page, '/overview?days=90');
  await page.locator('.u-over').waitFor();
  await page.getByText(/^\d+ tickets$/).click();
  const day = page.getByRole('link', { name: /\b[1-9]\d* \/ \d+$/ }).last();
  const says = Number(/(\d+) \/ \d+$/.exec((await day.textContent()) ?? '')?.[1]);
  await day.click();
  expect(await listed(page)).toBe(says);
  await visit(page, '/overview?days=90');
  const all = page.getByRole('link', { name: /^New tickets/ });
  const before = await all.textContent();
  await page.getByLabel('Channel').selectOption('Phone desk');
  await expect(page).toHaveURL(/channel=\d+/);
  await expect(all).not.toHaveText(before ?? '');
  await all.click();
  await row(page, 0).waitFor();
  await expect(page).toHaveURL(/channel=\d+/);
});
