// The settings as an administrator uses them.
import { expect, expectAccessible, server, shoot, signIn, test, visit } from './support/desk';

test('a rule of automatic answers is off at first, says what was measured, and is deleted', async ({
  desk: page,
  complaints,
}) => {
  await visit(page, '/settings/automatic');
  await expect(page.getByText('Nothing goes out by itself: no rule is on.')).toBeVisible();
  await page.getByRole('button', { name: 'New rule' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('The rule is on')).not.toBeChecked();
  await dialog.getByLabel('Topic', { exact: true }).selectOption('Flight status');
  await dialog.getByLabel('At most wrong, %').fill('80');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText('must be between');
  complaints.splice(0);
  await dialog.getByLabel('At most wrong, %').fill('2.5');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  const rule = page.getByRole('main').getByRole('listitem').filter({ hasText: 'Flight status' });
  await expect(rule).toContainText('At most 2.5% wrong');
  await expect(rule).toContainText('nothing goes out');
  await expect(rule).toContainText('Off');
  await rule.getByRole('button').click();
  await expect(dialog.getByText('Measured over the last 90 days')).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'rule-measured');
  await dialog.getByLabel('The rule is on').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Nothing goes out by itself: no rule is on.')).toBeHidden();
  await rule.getByRole('button').click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Really delete?' }).click();
  await expect(rule).toBeHidden();
});

test('a second rule that is on for the same says which one is in its way', async ({
  desk: page,
  complaints,
}) => {
  await visit(page, '/settings/automatic');
  const dialog = page.getByRole('dialog');
  const begin = async (perDay: string) => {
    await page.getByRole('button', { name: 'New rule' }).click();
    await dialog.getByLabel('Topic', { exact: true }).selectOption({ label: 'Flight status' });
    await dialog.getByLabel('At most so many a day').fill(perDay);
    await dialog.getByLabel('The rule is on').check();
  };
  await begin('7');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await begin('8');
  await expect(dialog.getByLabel('Topic', { exact: true })).toHaveAccessibleDescription(
    /has this topic and channel already/,
  );
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toHaveText([
    'A rule that is on has this topic and channel already.',
  ]);
  // Of no concern to another topic.
  await dialog.getByLabel('Topic', { exact: true }).selectOption({ index: 0 });
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  await dialog.getByLabel('Topic', { exact: true }).selectOption({ label: 'Flight status' });
  await dialog.getByRole('button', { name: 'Open that rule' }).click();
  await page.getByRole('button', { name: 'Throw it away' }).click();
  await expect(dialog.getByLabel('At most so many a day')).toHaveValue('7');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Really delete' }).click();
  await expect(dialog).toBeHidden();
  complaints.splice(0);
});

test('a channel is made, tried with a reason, begins in shadow mode, and is deleted', async ({
  desk: page,
}) => {
  await visit(page, '/settings/channels');
  await page.getByRole('button', { name: 'New channel' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Second desk');
  await dialog.getByLabel('Address of the mailbox').fill('second@example.com');
  const imap = dialog.getByRole('group', { name: 'Incoming mail (IMAP)' });
  const shadow = dialog.getByLabel(/Shadow mode/);
  await expect(shadow).not.toBeChecked();
  await imap.getByLabel('Server').fill('127.0.0.1');
  await expect(shadow).toBeChecked();
  await imap.getByLabel('Encryption').selectOption('None');
  await expect(imap.getByText(/cross the network/)).toBeVisible();
  await imap.getByLabel('Encryption').selectOption('TLS');
  await dialog.getByRole('button', { name: 'Test the connection' }).click();
  await expect(dialog.getByRole('listitem')).toHaveText(/✗\s+Incoming mail.*ANSWERPAL_OUTBOUND_ALLOW/);
  await expectAccessible(page);
  await shoot(page, 'channel-tested');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: 'Second desk' }).click();
  await expect(shadow).toBeChecked();
  await dialog.getByText('Signed mail (DKIM)').click();
  await dialog.getByRole('button', { name: 'Make a key' }).click();
  await expect(dialog.getByText(/v=DKIM1/)).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Remove the key' }).click();
  await expect(dialog.getByText(/v=DKIM1/)).toBeHidden();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Really delete?' }).click();
  await expect(page.getByRole('button', { name: 'Second desk' })).toBeHidden();
  await visit(page, '/settings/audit');
  // Among the messages that the demonstration is still reading it might stand on a later page.
  await page.getByLabel('What').selectOption('channel');
  await expect(page.getByText('deleted a channel')).toBeVisible();
  await expect(page.getByText('made a DKIM key')).toBeVisible();
});

test('a person is added, signs in, and is shut out', async ({ desk: page, browser, complaints }) => {
  await visit(page, '/settings/people');
  await page.getByRole('button', { name: 'New person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Nora Novice');
  await dialog.getByLabel('Username').fill('nora');
  await dialog.getByLabel('Password').fill('short');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert').first()).toBeVisible();
  const password = 'correct-horse-battery';
  await dialog.getByLabel('Password').fill(password);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  const other = await (await browser.newContext()).newPage();
  await signIn(other, { username: 'nora', password });
  // Who only answers sees neither what runs the desk, nor who may come in.
  await visit(other, '/settings');
  await other.getByRole('link', { name: 'Profile' }).waitFor();
  for (const name of ['API keys', 'Audit trail', 'Outbox', 'Automatic answers']) {
    await expect(other.getByRole('link', { name })).toBeHidden();
  }
  await page.getByRole('button', { name: 'Nora Novice' }).click();
  await dialog.getByLabel(/May sign in/).uncheck();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Cannot sign in')).toBeVisible();
  await visit(other, '/tickets/open');
  await expect(other.getByLabel('Username')).toBeVisible();
  await other.close();
  // The short password was refused by right.
  complaints.splice(0);
});

test('a key is shown once, works, and is revoked', async ({ desk: page }) => {
  await visit(page, '/settings/keys');
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Robot');
  await dialog.getByRole('button', { name: 'Make key' }).click();
  const key = (await dialog.locator('code').textContent()) ?? '';
  expect(key).toMatch(/^ak_/);
  const ask = () =>
    page.request.get(`${server.url}/api/tickets`, { headers: { Authorization: `Bearer ${key}` } });
  expect((await ask()).status()).toBe(200);
  await dialog.getByRole('button', { name: 'Close' }).click();
  const row = page.getByRole('main').getByRole('listitem').filter({ hasText: 'Robot' });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('Key revoked')).toBeVisible();
  expect((await ask()).status()).toBe(401);
});

test('a field of choices is made and filled in on a ticket', async ({ desk: page }) => {
  await visit(page, '/settings/fields');
  await page.getByRole('button', { name: 'New field' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name in the API').fill('region');
  await dialog.getByLabel('Type').selectOption('dropdown');
  await dialog.getByLabel('Shown name').fill('Region');
  await dialog.getByLabel('Options').fill('North\nSouth');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await visit(page, '/tickets/199');
  const saved = page.waitForResponse((it) => it.request().method() === 'PUT' && it.status() === 204);
  await page.getByLabel('Region').selectOption('South');
  await saved;
  await page.reload();
  await expect(page.getByLabel('Region')).toHaveValue('South');
});

test('a signature and a canned answer are kept', async ({ desk: page }) => {
  await visit(page, '/settings/profile');
  const signatures = page.getByRole('region', { name: 'Signatures' });
  await signatures.getByRole('button', { name: 'DE', exact: true }).click();
  await signatures.locator('.ProseMirror').fill('Mit freundlichen Grüßen');
  await signatures.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Signature saved')).toBeVisible();
  await visit(page, '/settings/canned');
  await page.getByRole('button', { name: 'New answer' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Title').fill('Opening hours');
  await dialog.getByLabel('Shortcut').fill('hours');
  await dialog.locator('.ProseMirror').fill('Dear {{EndUserName}}, we are open from 9 to 17.');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await visit(page, '/tickets/199');
  await page.getByRole('region', { name: 'Conversation' }).waitFor();
  await page.keyboard.press('r');
  await page.getByRole('textbox', { name: 'Write your answer…' }).waitFor();
  await page.keyboard.press('Control+;');
  await page.getByRole('combobox', { name: 'Canned answers' }).fill('hours');
  await page.getByRole('option', { name: 'Opening hours' }).waitFor();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Write your answer…' })).toContainText(
    'Dear Adam Murphy, we are open from 9 to 17.',
  );
  await page.getByRole('button', { name: 'Discard draft' }).click();
});

test('a file becomes a document, and says which questions it answered', async ({ desk: page }) => {
  await visit(page, '/settings/documents');
  await page.locator('input[type=file]').setInputFiles({
    name: 'Parking.html',
    mimeType: 'text/html',
    buffer: Buffer.from('<h1>Parking</h1><p>Parking costs <b>three euro</b> an hour.</p>'),
  });
  await expect(page.locator('textarea')).toHaveValue(/Parking costs \*\*three euro\*\* an hour/);
  await expect(page.getByRole('region', { name: 'Questions answered with it' })).toBeVisible();
  await page.locator('textarea').fill('# Parking\n\nParking costs four euro an hour.');
  await page.keyboard.press('Control+s');
  await expect(page.getByRole('button', { name: /^Save/ })).toBeDisabled();
  await page.reload();
  await expect(page.locator('textarea')).toHaveValue(/four euro/);
});

test('a document is written, shown as it reads, found again after a reload, and deleted', async ({
  desk: page,
}) => {
  await visit(page, '/settings/documents/new');
  await page.getByLabel('Name', { exact: true }).fill('Opening hours');
  await page.locator('textarea').fill('# Hours\n\nOpen from **nine** to five.');
  await expect(page.getByRole('region', { name: 'As it reads' }).locator('strong')).toHaveText('nine');
  await page.reload();
  await expect(page.locator('textarea')).toHaveValue(/nine/);
  await page.keyboard.press('Control+s');
  await expect(page.getByText('Document saved')).toBeVisible();
  await expect(page).toHaveURL(/documents\/\d+$/);
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page).toHaveURL(/documents$/);
  await expect(page.getByRole('button', { name: /^Opening hours/ })).toBeHidden();
});

test('a document that is not there says so', async ({ desk: page, complaints }) => {
  await visit(page, '/settings/documents/99999');
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.locator('textarea')).toBeHidden();
  complaints.splice(0);
});

test('a broken file is refused with the reason', async ({ desk: page, complaints }) => {
  await visit(page, '/settings/documents');
  await page.locator('input[type=file]').setInputFiles({
    name: 'Broken.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('%PDF-1.7 nothing else'),
  });
  await expect(page.getByRole('alert')).toContainText('Broken.pdf');
  complaints.splice(0);
});
