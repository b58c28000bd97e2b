import { expect, expectAccessible, test } from './support/desk';

test('signing in leads to the inbox, newest ticket first', async ({ desk: page }) => {
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeVisible();
  const rows = page.getByRole('row');
  await expect(rows.first()).toBeVisible();
  expect(await rows.count()).toBeGreaterThan(10);
  await expectAccessible(page);
});

test('a ticket is opened, answered by key and shown in the conversation', async ({ desk: page }) => {
  await page.getByRole('row').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Conversation' })).toBeVisible();
  await page.keyboard.press('r');
  const text = page.getByRole('textbox', { name: 'Write your answer…' });
  await text.pressSequentially('Thank you, this is on its way.');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Thank you, this is on its way.')).toBeVisible();
  await expect(page.getByText('Sent', { exact: true })).toBeVisible();
  await expect(text).toBeHidden();
});

test('what was typed survives a reload', async ({ desk: page }) => {
  await page.getByRole('row').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.keyboard.press('r');
  await page.getByRole('textbox', { name: 'Write your answer…' }).pressSequentially('Half a sent');
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Write your answer…' })).toHaveText('Half a sent');
  await page.getByRole('button', { name: 'Discard draft' }).click();
});

test('closing shows at once and can be undone', async ({ desk: page }) => {
  await page.getByRole('row').first().waitFor();
  const count = page.locator('header').getByText(/^\d+$/);
  const before = Number(await count.textContent());
  await page.keyboard.press('j');
  const first = await page.getByRole('row').first().textContent();
  await page.keyboard.press('e');
  await expect(count).toHaveText(String(before - 1));
  await page.keyboard.press('z');
  await expect(count).toHaveText(String(before));
  await expect(page.getByRole('row').first()).toHaveText(first ?? '');
});
