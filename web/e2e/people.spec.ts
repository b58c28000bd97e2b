// The people beside a ticket: one customer who is two, colleagues who are called, and no mouse at all.
import { authorisation, expect, expectAccessible, row, server, shoot, test, visit } from './support/desk';

test('two customers who are one are merged and taken apart again', async ({ desk: page }) => {
  await visit(page, '/tickets/199');
  await page.getByRole('button', { name: 'Merge' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name or address').fill('hannah');
  const found = dialog.getByRole('listitem').filter({ hasText: 'hannah.clarke@example.org' });
  await found.waitFor();
  await expectAccessible(page);
  await shoot(page, 'merge');
  await found.getByRole('button', { name: 'Merge' }).click();
  const panel = page.getByRole('complementary', { name: 'Customer and details' });
  await expect(panel.getByText('hannah.clarke@example.org')).toBeVisible();
  await page.getByRole('button', { name: 'Merge' }).click();
  await dialog.getByRole('button', { name: 'Take apart' }).click();
  await page.keyboard.press('Escape');
  await expect(panel.getByText('hannah.clarke@example.org')).toBeHidden();
});

test('a colleague who is mentioned is told, and finds the ticket', async ({ desk: page, browser }) => {
  const headers = authorisation();
  const reps = await (await page.request.get(`${server.url}/api/CustomerReps`, { headers })).json();
  const amina = reps.items.find((it: { username: string }) => it.username === 'amina.haddad');
  const password = 'correct-horse-battery';
  await page.request.put(`${server.url}/api/CustomerReps/${amina.customerRepID}/change-password`, {
    headers,
    data: { newPassword: password },
  });
  const context = await browser.newContext({ locale: 'en-GB' });
  const other = await context.newPage();
  await other.goto(`${server.url}/app/`);
  await other.getByLabel('Username').fill('amina.haddad');
  await other.getByLabel('Password').fill(password);
  await other.keyboard.press('Enter');
  await other.locator('#main').waitFor();
  // A ticket that is Amina's: a mention opens nothing that was closed to her.
  await visit(page, '/tickets/199');
  await page.getByRole('region', { name: 'Conversation' }).waitFor();
  await page.keyboard.press('n');
  await page.getByRole('textbox', { name: /Only your team/ }).pressSequentially('@amina');
  await page.getByRole('option', { name: 'Amina Haddad' }).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('please look');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Note saved')).toBeVisible();
  await other.getByRole('button', { name: /Notifications/ }).click();
  await other.getByText('Lotte Claes mentioned you').click();
  await expect(other.getByText('@Amina Haddad')).toBeVisible();
  await context.close();
});

test('the keyboard alone is enough: find, open, answer with a draft, close, undo', async ({ desk: page }) => {
  await page.keyboard.press('Control+k');
  await page.keyboard.type('unassigned');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Unassigned' })).toBeVisible();
  await row(page, 0).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('i');
  await expect(page.getByText(/Assigned to Lotte Claes|1 assigned to Lotte Claes/)).toBeVisible();
  await page.keyboard.press('z');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Conversation' }).waitFor();
  await page.keyboard.press('r');
  await page.getByRole('textbox', { name: 'Write your answer…' }).waitFor();
  await page.keyboard.type('Typed without a mouse.');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('s');
  await page.keyboard.type('pending');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Status: Pending')).toBeVisible();
  await page.keyboard.press('z');
  await page.keyboard.press('u');
  await expect(page.getByRole('heading', { name: 'Unassigned' })).toBeVisible();
  // Every control can be reached by Tab, and shows that it has the focus.
  for (let at = 0; at < 12; at += 1) {
    await page.keyboard.press('Tab');
    const outlined = await page.evaluate(() => {
      const it = document.activeElement;
      if (!it || it === document.body) return 'nothing has the focus';
      const style = getComputedStyle(it);
      const isSeen = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || it.id === 'main';
      return isSeen ? '' : it.outerHTML.slice(0, 120);
    });
    expect(outlined).toBe('');
  }
});
