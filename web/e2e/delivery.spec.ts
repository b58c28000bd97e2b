// What happens to an answer after Send: taken back, held, tried again; and mail that nobody could read.
import {
  authorisation,
  expect,
  expectAccessible,
  row,
  server,
  shoot,
  test,
  visit,
  type Page,
  editor,
} from './support/desk';
import { speak } from './support/smtp';

/** A ticket of its own, by mail. */
async function mailTicket(page: Page, subject: string): Promise<{ ticketID: number; channelID: number }> {
  const headers = authorisation();
  const channels = await (await page.request.get(`${server.url}/api/Channels`, { headers })).json();
  const { channelID } = channels.find((it: { channelType: string }) => it.channelType === 'Email');
  const data = {
    channelID,
    incoming: true,
    fromAddress: 'olga@example.com',
    fromName: 'Olga Out',
    subject,
    textBody: 'Can you help me with this?',
  };
  const made = await page.request.post(`${server.url}/api/ticketMessages/create-new`, { headers, data });
  return { ticketID: (await made.json()).ticketID, channelID };
}

async function answer(page: Page, ticketID: number, text: string): Promise<void> {
  await visit(page, `/tickets/everything/${ticketID}`);
  await page.getByRole('region', { name: 'Conversation' }).waitFor();
  await page.keyboard.press('r');
  await page.getByRole('textbox', { name: editor }).pressSequentially(text);
  await page.keyboard.press('Control+Enter');
}

test('what was just sent is taken back with a key, and goes out after all', async ({ desk: page }) => {
  const { ticketID } = await mailTicket(page, 'Sent too soon');
  await answer(page, ticketID, 'This was too soon.');
  await expect(page.getByText(/^Goes out in \d+ seconds?$/)).toBeVisible();
  await shoot(page, 'undo-send');
  await page.getByRole('button', { name: /^Undo/ }).last().waitFor();
  await page.keyboard.press('z');
  const text = page.getByRole('textbox', { name: editor });
  await expect(text).toHaveText('This was too soon.');
  const conversation = page.getByRole('region', { name: 'Conversation' });
  await expect(conversation.getByText('This was too soon.')).toBeHidden();
  await text.press('Control+End');
  await text.pressSequentially(' Now it is right.');
  await page.keyboard.press('Control+Enter');
  await expect(conversation.getByText('This was too soon. Now it is right.')).toHaveCount(1);
  // Once it went, the counting ends by itself.
  await expect(page.getByText(/^Goes out in/)).toBeHidden({ timeout: 20_000 });
});

test('the outbox says what waits and why; it is tried at once or not sent', async ({ desk: page }) => {
  const headers = authorisation();
  const { ticketID, channelID } = await mailTicket(page, 'To a server that nobody allowed');
  const channel = `${server.url}/api/Channels/${channelID}`;
  await page.request.put(channel, { headers, data: { smtpServer: '127.0.0.1', smtpPort: 1 } });
  try {
    await answer(page, ticketID, 'Stuck on its way.');
    await expect(page.getByText(/ANSWERPAL_OUTBOUND_ALLOW/)).toBeVisible({ timeout: 40_000 });
    await page.getByRole('button', { name: 'Try now' }).click();
    await expect(page.getByText('It goes out again')).toBeVisible();
    await visit(page, '/settings/outbox');
    const mail = page.getByRole('listitem').filter({ hasText: 'To a server that nobody allowed' });
    await expect(mail.getByText('Trying again')).toBeVisible();
    await expect(mail).toContainText('ANSWERPAL_OUTBOUND_ALLOW');
    await expectAccessible(page);
    await shoot(page, 'outbox-waiting');
    await mail.getByRole('button', { name: 'Do not send' }).click();
    await expect(mail).toBeHidden();
  } finally {
    await page.request.put(channel, { headers, data: { smtpServer: '' } });
  }
});

test('mail that cannot be read is listed, can be read again, and deleted', async ({ desk: page }) => {
  const headers = authorisation();
  const channels = await (await page.request.get(`${server.url}/api/Channels`, { headers })).json();
  const { emailAddress } = channels.find((it: { channelType: string }) => it.channelType === 'Email');
  await speak(server.smtpPort, [
    'EHLO test.example',
    'MAIL FROM:<broken@example.com>',
    `RCPT TO:<${emailAddress}>`,
    'DATA',
    '\r\nnothing that is a header\r\n.',
    'QUIT',
  ]);
  await visit(page, '/settings/unreadable');
  const mail = page.getByRole('main').getByRole('listitem').filter({ hasText: 'header' });
  await expect(async () => {
    await page.reload();
    await expect(mail).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expectAccessible(page);
  await shoot(page, 'unreadable-mail');
  await mail.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('It is being read again')).toBeVisible();
  await expect(async () => {
    await page.reload();
    await expect(mail).toBeVisible({ timeout: 1000 });
  }).toPass();
  await mail.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('Every mail could be read.')).toBeVisible();
});

test('a rep says whether a suggested answer is good', async ({ desk: page }) => {
  await visit(page, '/overview');
  const link = page.getByRole('link', { name: /^Liked/ });
  await link.waitFor();
  await visit(page, '/tickets/open?draft=Waiting');
  await row(page, 0).locator('a').click();
  const like = page.getByRole('button', { name: 'A good answer', exact: true });
  await like.click();
  await expect(like).toHaveAttribute('aria-pressed', 'true');
  await page.reload();
  await expect(like).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Shift+l');
  await page.getByRole('button', { name: 'Say why' }).click();
  await page.getByLabel('What is wrong with it?').fill('The fee changed in January.');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  const dislike = page.getByRole('button', { name: 'Not a good answer' });
  await expect(dislike).toHaveAttribute('aria-pressed', 'true');
  await visit(page, '/overview');
  const disliked = page.getByRole('link', { name: /^Disliked 1$/ });
  await disliked.click();
  await expect(row(page, 0)).toBeVisible();
  await expect(page).toHaveURL(/draftLiked=false/);
});
