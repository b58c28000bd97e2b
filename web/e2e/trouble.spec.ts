// The net breaks, the server is slow or says no: nothing typed is ever lost.
import {
  authorisation,
  expect,
  expectAccessible,
  openFirst,
  row,
  server,
  signIn,
  test,
  visit,
  editor,
} from './support/desk';

test('an answer that cannot be sent comes back as it was written', async ({ desk: page, complaints }) => {
  await openFirst(page, 2);
  await page.keyboard.press('r');
  const text = page.getByRole('textbox', { name: editor });
  await text.pressSequentially('Precious words.');
  await page.route('**/api/ticketMessages/*/send', (it) => it.fulfill({ status: 500, body: '' }));
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('alert')).toContainText('Your text is kept');
  await expect(text).toHaveText('Precious words.');
  await page.unroute('**/api/ticketMessages/*/send');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Sent', { exact: true })).toBeVisible();
  complaints.splice(0);
});

test('offline, what is typed is kept here, and saved when the net is back', async ({
  desk: page,
  context,
  complaints,
}) => {
  await openFirst(page, 3);
  await page.keyboard.press('r');
  const text = page.getByRole('textbox', { name: editor });
  await expect(text).toBeVisible();
  await context.setOffline(true);
  await text.pressSequentially('Written in a tunnel');
  await expect(page.getByText('Saved on this device')).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText('Draft saved')).toBeVisible({ timeout: 15_000 });
  await page.getByRole('button', { name: 'Discard draft' }).click();
  complaints.splice(0);
});

test('an action that the server refuses is taken back, with a word', async ({ desk: page, complaints }) => {
  const first = await row(page, 0).textContent();
  await page.route('**/api/tickets/bulk', (it) => it.abort());
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  await expect(page.getByRole('alert')).toContainText('cannot be reached');
  await expect(row(page, 0)).toHaveText(first ?? '');
  complaints.splice(0);
});

test('a list that cannot be read says so and can be tried again', async ({ desk: page, complaints }) => {
  await page.route('**/api/tickets?*', (it) => it.fulfill({ status: 500, body: '' }));
  await page.getByRole('link', { name: /^Closed/ }).click();
  await expect(page.getByRole('alert')).toContainText('The server has a problem');
  await page.unroute('**/api/tickets?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(row(page, 0)).toBeVisible();
  complaints.splice(0);
});

test('rows that cannot be read again say that they may be old, and renew themselves', async ({
  desk: page,
  request,
  complaints,
}) => {
  test.setTimeout(90_000);
  const headers = authorisation();
  const channels = await (await request.get(`${server.url}/api/Channels`, { headers })).json();
  const { channelID } = channels.find((it: { channelType: string }) => it.channelType === 'Email');
  const write = async (subject: string) => {
    const data = { channelID, incoming: true, fromAddress: 'nina@example.com', subject, textBody: 'Hello?' };
    const made = await request.post(`${server.url}/api/ticketMessages/create-new`, { headers, data });
    expect(made.status()).toBe(201);
  };
  const told = page.getByRole('status').filter({ hasText: 'Some of this may be out of date.' });
  await page.route('**/api/tickets?*', (it) => it.fulfill({ status: 503, body: '' }));
  await write('Behind a broken list');
  await expect(told).toBeVisible({ timeout: 20_000 });
  await expectAccessible(page);
  await expect(row(page, 0)).toBeVisible();
  await expect(row(page, 0)).not.toContainText('Behind a broken list');
  await page.unroute('**/api/tickets?*');
  await expect(row(page, 0)).toContainText('Behind a broken list', { timeout: 20_000 });
  await expect(told).toBeHidden();

  await page.route('**/api/tickets?*', (it) => it.abort());
  await write('Asked for again');
  await expect(told).toContainText('The server cannot be reached', { timeout: 20_000 });
  await page.unroute('**/api/tickets?*');
  await told.getByRole('button', { name: 'Try again' }).click();
  await expect(row(page, 0)).toContainText('Asked for again');
  await expect(told).toBeHidden();
  complaints.splice(0);
});

test('a part that could not be loaded comes when the net is back', async ({ desk: page, complaints }) => {
  await page.route('**/assets/TicketPage*', (it) => it.abort());
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('This part could not be loaded.');
  await page.unroute('**/assets/TicketPage*');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect(page.getByRole('region', { name: 'Conversation' })).toBeVisible();
  complaints.splice(0);
});

test('that the net is away is told at once', async ({ desk: page, context, complaints }) => {
  await context.setOffline(true);
  const told = page.getByRole('status').filter({ hasText: 'Not connected' });
  await expect(told).toBeVisible();
  await context.setOffline(false);
  await expect(told).toBeHidden();
  // On a phone it is not in the way of the menu.
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, '/settings/profile');
  const menu = page.getByRole('button', { name: 'Menu' });
  await menu.waitFor();
  await context.setOffline(true);
  const bar = await told.boundingBox();
  const button = await menu.boundingBox();
  expect(button?.y).toBeGreaterThanOrEqual((bar?.y ?? 0) + (bar?.height ?? 0));
  await context.setOffline(false);
  complaints.splice(0);
});

test('a slow server shows what is coming, and the key counts at once', async ({ desk: page }) => {
  const first = await row(page, 0).textContent();
  await page.route('**/api/tickets/bulk', async (it) => {
    await new Promise((done) => setTimeout(done, 1500));
    await it.continue();
  });
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  await expect(row(page, 0)).not.toHaveText(first ?? '', { timeout: 500 });
  await expect(page.getByText('Closed', { exact: true }).last()).toBeVisible();
  await page.keyboard.press('z');
});

test('a session that ends asks to sign in again and keeps the text', async ({
  desk: page,
  context,
  complaints,
}) => {
  await openFirst(page, 2);
  await page.keyboard.press('r');
  const text = page.getByRole('textbox', { name: editor });
  await text.pressSequentially('Before the end');
  await context.clearCookies();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: 'Sign in again' })).toBeVisible();
  const behind = page.locator('.ProseMirror');
  await behind.evaluate((it: HTMLElement) => it.focus());
  await expect(behind).not.toBeFocused();
  await page.getByLabel('Username').fill(server.login.username);
  await page.getByLabel('Password').fill(server.login.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(text).toHaveText('Before the end');
  await page.getByRole('button', { name: 'Discard draft' }).click();
  complaints.splice(0);
});

test('what came while the net was away is there when it is back', async ({
  desk: page,
  context,
  request,
  complaints,
}) => {
  const headers = authorisation();
  const channels = await (await request.get(`${server.url}/api/Channels`, { headers })).json();
  const { channelID } = channels.find((it: { channelType: string }) => it.channelType === 'Email');
  await context.setOffline(true);
  await page.evaluate(() => dispatchEvent(new Event('offline')));
  const data = {
    channelID,
    incoming: true,
    fromAddress: 'nina@example.com',
    subject: 'Came while you were away',
    textBody: 'Hello?',
  };
  const made = await request.post(`${server.url}/api/ticketMessages/create-new`, { headers, data });
  expect(made.status()).toBe(201);
  await expect(row(page, 0)).not.toContainText('Came while you were away');
  await context.setOffline(false);
  await expect(row(page, 0)).toContainText('Came while you were away', { timeout: 20_000 });
  complaints.splice(0);
});

test('signing out everywhere ends the sessions of other devices', async ({
  desk: page,
  browser,
  complaints,
}) => {
  const other = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  await signIn(other);
  await visit(page, '/settings/profile');
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  await expect(page.getByLabel('Username')).toBeVisible();
  await visit(other, '/tickets/open');
  await expect(other.getByLabel('Username')).toBeVisible();
  await other.close();
  complaints.splice(0);
});

test('signing out ends it, and a wrong password is refused', async ({ page, complaints }) => {
  await signIn(page);
  await page.getByRole('button', { name: /Lotte Claes/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByLabel('Username')).toBeVisible();
  await visit(page, '/tickets/open');
  await expect(page.getByLabel('Username')).toBeVisible();
  await page.getByLabel('Username').fill(server.login.username);
  await page.getByLabel('Password').fill('wrong');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Username or password is not right.');
  complaints.splice(0);
});
