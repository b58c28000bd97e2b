import { expect, openFirst, row, server, shoot, signIn, test, visit } from './support/desk';

test('views have live counts, and their tickets', async ({ desk: page }) => {
  const nav = page.getByRole('navigation', { name: 'Views' });
  await expect(nav.getByRole('link', { name: /^Inbox \d+/ })).toHaveAttribute('aria-current', 'page');
  await nav.getByRole('link', { name: /^Escalated/ }).click();
  await expect(page.getByRole('heading', { name: 'Escalated' })).toBeVisible();
  await expect(row(page, 0).getByRole('img', { name: 'Escalated' })).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('u');
  await expect(page.getByRole('heading', { name: 'Unassigned' })).toBeVisible();
});

test('closing shows at once and can be undone', async ({ desk: page }) => {
  const count = page.locator('header').getByText(/^\d+$/);
  const before = Number(await count.textContent());
  await page.keyboard.press('j');
  const first = await row(page, 0).textContent();
  await page.keyboard.press('e');
  await expect(count).toHaveText(String(before - 1));
  await expect(row(page, 0)).not.toHaveText(first ?? '');
  await page.keyboard.press('z');
  await expect(count).toHaveText(String(before));
  await expect(row(page, 0)).toHaveText(first ?? '');
});

test('many are selected and assigned, and the assignment is undone', async ({ desk: page }) => {
  for (const key of ['j', 'x', 'j', 'j', 'Shift+x']) await page.keyboard.press(key);
  await expect(page.getByText('3 selected')).toBeVisible();
  await page.keyboard.press('a');
  await page.getByRole('combobox', { name: 'Assign…' }).fill('pieter');
  await page.keyboard.press('Enter');
  await expect(page.getByText('3 assigned to Pieter Maes')).toBeVisible();
  for (const at of [0, 1, 2]) await expect(row(page, at).getByTitle('Pieter Maes')).toBeVisible();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Undone for 3 tickets')).toBeVisible();
});

test('a search marks what it found and stays in the address', async ({ desk: page }) => {
  await page.keyboard.press('/');
  await page.keyboard.type('luggage');
  await expect(page.locator('mark').first()).toHaveText(/luggage/i);
  await expect(page).toHaveURL(/search=luggage/);
  await page.reload();
  await expect(page.getByRole('searchbox')).toHaveValue('luggage');
  await expect(page.locator('mark').first()).toBeVisible();
});

test('filters are in the address, can be saved as a view, and found again', async ({ desk: page }) => {
  await page.getByRole('button', { name: 'Topic', exact: true }).click();
  await page.getByRole('textbox', { name: 'Filter…' }).fill('flight');
  await page.getByRole('option', { name: 'Flight status' }).click();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/topic=\d+/);
  const address = page.url();
  await expect(row(page, 0)).toContainText('Flight status');
  await page.getByRole('button', { name: 'Save view' }).click();
  await page.getByLabel('Name').fill('Flights');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const view = page.getByRole('link', { name: /^Flights/ });
  await expect(view).toBeVisible();
  await page.getByRole('link', { name: /^Unassigned/ }).click();
  await view.click();
  await expect(page).toHaveURL(address);
});

test('a jump to where nothing is read yet stays there, and its rows come', async ({ desk: page }) => {
  await visit(page, '/tickets/everything');
  await row(page, 0).waitFor();
  await page.route(/\/api\/tickets\?.*pageNumber=[34]/, async (it) => {
    await new Promise((done) => setTimeout(done, 600));
    await it.continue();
  });
  await page.keyboard.press('End');
  const last = page.getByRole('row').last();
  await expect(last).toBeInViewport();
  const count = Number(await page.getByRole('grid').getAttribute('aria-rowcount'));
  await expect(row(page, count - 1)).toBeInViewport();
  await page.keyboard.press('Home');
  await expect(row(page, 0)).toBeInViewport();
});

test('new mail appears by itself', async ({ desk: page, request }) => {
  const auth = { Authorization: `Basic ${btoa(`${server.login.username}:${server.login.password}`)}` };
  const channels = await (await request.get(`${server.url}/api/Channels`, { headers: auth })).json();
  const channel = channels.find((it: { channelType: string }) => it.channelType === 'Email');
  const body = {
    channelID: channel.channelID,
    incoming: true,
    fromAddress: 'nina@example.com',
    fromName: 'Nina New',
    subject: 'Straight from the wire',
    textBody: 'Hello, is anybody there?',
  };
  const made = await request.post(`${server.url}/api/ticketMessages/create-new`, {
    headers: auth,
    data: body,
  });
  expect(made.status()).toBe(201);
  await expect(row(page, 0)).toContainText('Straight from the wire');
});

test('who else is on a ticket is shown', async ({ desk: page, browser }) => {
  const auth = { Authorization: `Basic ${btoa(`${server.login.username}:${server.login.password}`)}` };
  const reps = await (await page.request.get(`${server.url}/api/CustomerReps`, { headers: auth })).json();
  const pieter = reps.items.find((it: { username: string }) => it.username === 'pieter.maes');
  const password = 'correct-horse-battery';
  await page.request.put(`${server.url}/api/CustomerReps/${pieter.customerRepID}/change-password`, {
    headers: auth,
    data: { newPassword: password },
  });
  const other = await (await browser.newContext()).newPage();
  await signIn(other, { username: 'pieter.maes', password });
  await openFirst(page);
  await other.goto(page.url());
  await expect(page.getByRole('status').filter({ hasText: 'Pieter Maes is looking' })).toBeVisible();
  await other.getByRole('region', { name: 'Conversation' }).waitFor();
  await other.keyboard.press('r');
  await expect(page.getByRole('status').filter({ hasText: 'Pieter Maes is answering' })).toBeVisible();
  await other.close();
});

test('everything has a key: the sheet and the palette tell', async ({ desk: page }) => {
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await shoot(page, 'keys');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill('spam');
  await shoot(page, 'palette');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('Dutch is Dutch, also what the server tells, and dark stays dark', async ({ desk: page }) => {
  await page.getByRole('button', { name: /Lotte Claes/ }).click();
  await page.getByRole('menuitemradio', { name: 'Nederlands' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('link', { name: /Niet toegewezen/ })).toBeVisible();
  await page.keyboard.press('Control+Shift+l');
  await visit(page, '/tickets/open');
  await expect(page.locator('html')).toHaveClass(/dark/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'nl');
  await visit(page, '/tickets/open/195');
  await expect(page.getByRole('region', { name: 'Hiervoor' })).toContainText('van deze klant, sinds');
});
