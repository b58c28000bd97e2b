// A slip costs nothing: what is typed into a form, and rows that could not be read.
import { expect, expectAccessible, openFirst, row, test, visit } from './support/desk';

test('a form that was written in is not lost to a slip', async ({ desk: page }) => {
  await visit(page, '/settings/canned');
  await page.getByRole('button', { name: 'New answer' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Title').fill('Opening hours');
  await page.keyboard.press('Escape');
  await expect(dialog.getByRole('alert')).toHaveText('What you typed is not saved yet.');
  await expect(dialog.getByRole('button', { name: 'Keep writing' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(dialog.getByLabel('Title')).toHaveValue('Opening hours');
  await page.mouse.click(5, 5);
  await dialog.getByRole('button', { name: 'Throw it away' }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: 'New answer' }).click();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('a new message that is closed is there again, for its rep alone', async ({ desk: page }) => {
  await page.keyboard.press('c');
  await page.getByLabel('Subject').fill('Half a thought');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('c');
  await expect(page.getByLabel('Subject')).toHaveValue('Half a thought');
  expect(await page.evaluate(() => localStorage.getItem('answerpal.new-message'))).toBeNull();
  await page.getByLabel('Subject').fill('');
  await page.keyboard.press('Escape');
});

test('rows that cannot be read say so, and come when asked again', async ({ desk: page, complaints }) => {
  test.setTimeout(90_000);
  await page.route('**/api/tickets?*pageNumber=2*', (it) => it.fulfill({ status: 503, body: '' }));
  await visit(page, '/tickets/everything');
  await row(page, 0).waitFor();
  await page.keyboard.press('Shift+G');
  await page.keyboard.press('Home');
  for (let at = 0; at < 4; at += 1) await page.keyboard.press('PageDown');
  const told = page.getByRole('alert').filter({ hasText: 'The server has a problem' });
  await expect(told).toBeVisible({ timeout: 20_000 });
  await expect(row(page, 59)).toBeHidden();
  await page.unroute('**/api/tickets?*pageNumber=2*');
  await told.getByRole('button', { name: 'Try again' }).click();
  await expect(row(page, 59)).toBeVisible();
  await expect(told).toBeHidden();
  complaints.splice(0);
});

test('all tickets of a customer are one click away', async ({ desk: page }) => {
  await visit(page, '/tickets/200');
  const panel = page.getByRole('complementary', { name: 'Customer and details' });
  await panel.getByRole('link', { name: /^See all \d+/ }).click();
  await expect(page).toHaveURL(/everything\?endUserId=\d+/);
  await expect(row(page, 0)).toContainText('Priya Raman');
  await openFirst(page);
});

test('what is typed on a page is asked about before it goes with it', async ({ desk: page }) => {
  await visit(page, '/settings/documents');
  await page.getByRole('link', { name: 'Profile', exact: true }).click();
  const phone = page.getByLabel('Phone number');
  await phone.fill('+32 470 12 34 56');
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  const keep = question.getByRole('button', { name: 'Keep writing' });

  // A link, the keys, the browser's way back: none of them takes the text along.
  await page.getByRole('link', { name: 'Inbox' }).click();
  await expect(question).toContainText('What you typed is not saved yet.');
  await expect(keep).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await page.getByRole('heading', { name: 'Profile' }).click();
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await keep.click();
  await page.goBack();
  await keep.click();
  await expect(page).toHaveURL(/settings\/profile$/);
  await expect(phone).toHaveValue('+32 470 12 34 56');
  await page.goBack();
  await question.getByRole('button', { name: 'Throw it away' }).click();
  await expect(page).toHaveURL(/settings\/documents$/);

  // What is saved, or was not touched, needs no question.
  await page.goForward();
  await expect(phone).toHaveValue('');
  await phone.fill('+32 470 12 34 56');
  await page.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(page.getByText('Profile saved')).toBeVisible();
  await page.getByRole('link', { name: 'AI and defaults', exact: true }).click();
  await page.getByLabel('Tone').fill('Warm and short.');
  await page.getByRole('link', { name: 'Topics', exact: true }).click();
  await question.getByRole('button', { name: 'Throw it away' }).click();
  await expect(page).toHaveURL(/settings\/topics$/);
  await page.getByRole('link', { name: 'AI and defaults', exact: true }).click();
  await expect(page.getByLabel('Tone')).toHaveValue('');
});

test('a signature that is being written is not lost to another language, nor to the way back', async ({
  desk: page,
}) => {
  await visit(page, '/settings/topics');
  await page.getByRole('link', { name: 'Profile', exact: true }).click();
  const signatures = page.getByRole('region', { name: 'Signatures' });
  await signatures.getByRole('textbox').pressSequentially('Kind regards');
  await signatures.getByRole('button', { name: 'NL' }).click();
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  await question.getByRole('button', { name: 'Keep writing' }).click();
  await expect(signatures.getByRole('textbox')).toContainText('Kind regards');
  await signatures.getByRole('button', { name: 'NL' }).click();
  await question.getByRole('button', { name: 'Throw it away' }).click();
  await expect(signatures.getByRole('textbox')).not.toContainText('Kind regards');
});

test('the way back does not take what is typed into a dialog', async ({ desk: page }) => {
  await visit(page, '/settings/topics');
  await page.getByRole('link', { name: 'Canned answers', exact: true }).click();
  await page.getByRole('button', { name: 'New answer' }).click();
  await page.getByLabel('Title').fill('Opening hours');
  await page.goBack();
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  await question.getByRole('button', { name: 'Keep writing' }).click();
  await expect(page.getByLabel('Title')).toHaveValue('Opening hours');
  await page.goBack();
  await question.getByRole('button', { name: 'Throw it away' }).click();
  await expect(page).toHaveURL(/settings\/topics$/);
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('a hint for the machine does not go with its ticket unasked', async ({ desk: page }) => {
  await visit(page, '/tickets/open/184');
  const draft = page.getByRole('region', { name: 'Suggested answer' });
  await draft.getByRole('button', { name: 'Again, with a hint' }).click();
  await draft.getByRole('textbox').fill('They are in Lisbon.');
  await page.getByRole('link', { name: /^Inbox/ }).click();
  await page.getByRole('button', { name: 'Keep writing' }).click();
  await expect(draft.getByRole('textbox')).toHaveValue('They are in Lisbon.');
  await draft.getByRole('textbox').fill('');
  await page.getByRole('link', { name: /^Inbox/ }).click();
  await expect(draft).toBeHidden();
});
