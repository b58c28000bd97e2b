// Where one is, and what one's keys are for: nothing happens to another ticket than the one that is looked at.
import {
  authorisation,
  editor,
  expect,
  openFirst,
  row,
  server,
  test,
  visit,
  type Page,
} from './support/desk';
import { speak } from './support/smtp';

const conversation = (page: Page) => page.getByRole('region', { name: 'Conversation' });

/** Mail of a customer, in HTML; the number of its ticket. */
async function mail(page: Page, subject: string, html: string, ticketID?: number): Promise<number> {
  const headers = authorisation();
  const channels = await (await page.request.get(`${server.url}/api/Channels`, { headers })).json();
  const { channelID } = channels.find((it: { channelType: string }) => it.channelType === 'Email');
  const data = {
    channelID,
    ticketID,
    incoming: true,
    fromAddress: 'nina@example.com',
    fromName: 'Nina New',
    subject,
    htmlBody: html,
  };
  const made = await page.request.post(`${server.url}/api/ticketMessages/create-new`, { headers, data });
  expect(made.status()).toBe(201);
  return (await made.json()).ticketID;
}

test('a key is for the ticket that is open, not for those that were selected', async ({ desk: page }) => {
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  const selected = await row(page, 0).textContent();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await conversation(page).waitFor();
  const sent = page.waitForRequest('**/api/tickets/bulk');
  const open = Number(page.url().split('/').pop());
  await page.keyboard.press('e');
  expect((await sent).postDataJSON()).toEqual({ ticketIDs: [open], action: 'close' });
  await expect(page).not.toHaveURL(new RegExp(`/${open}$`));
  await page.keyboard.press('z');
  await page.keyboard.press('u');
  await expect(row(page, 0)).toHaveText(selected ?? '');
  await expect(page.getByText('1 selected')).toBeVisible();
  await page.keyboard.press('Escape');
});

test('a ticket that no row shows can be acted on', async ({ desk: page }) => {
  await visit(page, '/tickets/open/3');
  await page.getByRole('button', { name: 'Reopen' }).click();
  await expect(page.getByRole('button', { name: 'Close', exact: true })).toBeVisible();
  await page.keyboard.press('z');
  await expect(page.getByRole('button', { name: 'Reopen' })).toBeVisible();
});

test('back goes to where a ticket was opened from, and not to the ticket again', async ({ desk: page }) => {
  await mail(page, 'One thing', '<p>Where is it?</p>');
  await mail(page, 'And another', '<p>And where is this?</p>');
  await visit(page, '/tickets/open');
  await expect(row(page, 0)).toContainText('And another');
  await openFirst(page);
  const ticket = page.url();
  const panel = page.getByRole('complementary', { name: 'Customer and details' });
  await panel.getByRole('link', { name: 'One thing' }).click();
  await expect(page).not.toHaveURL(ticket);
  await conversation(page).waitFor();
  await page.keyboard.press('u');
  await expect(page).toHaveURL(ticket);
  await page.keyboard.press('u');
  await expect(page).toHaveURL(/tickets\/open$|\/app\/$/);
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.goBack();
  await expect(row(page, 0)).toBeVisible();
  await expect(conversation(page)).toBeHidden();
});

test('keys that scroll are the conversation’s, then the list’s again', async ({ desk: page }) => {
  const id = await mail(
    page,
    'A long story',
    `<p>Once <b>upon</b> a time</p>${'<p>and then</p>'.repeat(120)}`,
  );
  await visit(page, `/tickets/open/${id}`);
  await expect(conversation(page)).toBeFocused();
  await expect(page.getByText('Nina New').first()).toBeInViewport();
  const top = () => conversation(page).evaluate((it) => it.scrollTop);
  await expect(page.frameLocator('iframe').getByText('Once upon a time')).toBeInViewport();
  const before = await top();
  await page.keyboard.press('PageDown');
  await expect.poll(top).toBeGreaterThan(before + 100);
  await page.keyboard.press('r');
  await expect(page.getByRole('textbox', { name: editor })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(conversation(page)).toBeFocused();
});

test('what comes in below is told, and does not move what is read', async ({ desk: page }) => {
  const long = '<p><b>line</b></p>'.repeat(120);
  const id = await mail(page, 'Another long story', long);
  await mail(page, 'Another long story', long, id);
  await visit(page, `/tickets/open/${id}`);
  await expect(page.locator('iframe')).toHaveCount(2);
  await conversation(page).press('Home');
  await expect.poll(() => conversation(page).evaluate((it) => it.scrollTop)).toBe(0);
  await mail(page, 'Another long story', '<p>Just <b>in</b></p>', id);
  await page.getByRole('button', { name: 'New message' }).click();
  await expect(page.frameLocator('iframe >> nth=2').getByText('Just in')).toBeInViewport();
  await expect(page.getByRole('button', { name: 'New message' })).toBeHidden();
});

test('the tab says what is open, and what came in behind it', async ({ desk: page }) => {
  await expect(page).toHaveTitle(/^(\(\d+\) )?Inbox · answerpal$/);
  await openFirst(page);
  const subject = await page.getByRole('heading', { level: 1 }).textContent();
  expect(await page.title()).toContain(subject?.replace(/\s*#\d+\s*$/, '').trim());
  await visit(page, '/settings/keys');
  await expect(page).toHaveTitle(/API keys · Settings · answerpal$/);
  await visit(page, '/tickets/mine');
  await expect(page).toHaveTitle(/Mine · answerpal$/);
  const count = async () => Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0);
  const before = await count();
  const hide = (hidden: boolean) =>
    page.evaluate((is) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => is });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await hide(true);
  const channels = await (
    await page.request.get(`${server.url}/api/Channels`, { headers: authorisation() })
  ).json();
  await speak(server.smtpPort, [
    'EHLO test.example',
    'MAIL FROM:<behind@example.com>',
    `RCPT TO:<${channels.find((it: { channelType: string }) => it.channelType === 'Email').emailAddress}>`,
    'DATA',
    'From: behind@example.com\r\nSubject: Behind your back\r\n\r\nHello\r\n.',
    'QUIT',
  ]);
  await expect.poll(count).toBe(before + 1);
  await hide(false);
  await expect.poll(count).toBe(before);
});

test('the palette finds a ticket by its number, a page of the settings, and words', async ({
  desk: page,
}) => {
  const find = async (text: string) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill(text);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeHidden();
  };
  await find('#195');
  await expect(page).toHaveURL(/\/tickets\/195$/);
  await conversation(page).waitFor();
  await find('api keys');
  await expect(page.getByRole('heading', { name: 'API keys' })).toBeVisible();
  await find('lost card');
  await expect(page).toHaveURL(/\/tickets\/everything\?search=lost\+card/);
  await expect(page.locator('mark').first()).toBeVisible();
});
