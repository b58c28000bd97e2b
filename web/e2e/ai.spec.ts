// What the machine puts beside a ticket, and what a person does with it.
import {
  authorisation,
  expect,
  expectAccessible,
  server,
  shoot,
  test,
  visit,
  type Page,
  editor,
} from './support/desk';

/** Tickets of the demonstration: one with a suggested answer that documents support, and one without. */
const DRAFTED = '/tickets/195';
const UNANSWERED = '/tickets/184';

/** Drafts of a fresh demonstration wait for their turn. */
test.describe.configure({ timeout: 150_000 });

const panel = (page: Page) => page.getByRole('complementary', { name: 'Customer and details' });

test('each sentence of a draft shows the document that it rests on', async ({ desk: page }) => {
  await visit(page, DRAFTED);
  const cited = panel(page).getByRole('note').first();
  await cited.waitFor();
  const words = ((await cited.textContent()) ?? '').replace(/\d+\s*$/, '').trim();
  await cited.hover();
  const shown = page.getByRole('tooltip');
  await expect(shown).toContainText('Flight status and delays');
  await expect(shown).toContainText(words.slice(0, 24));
  await expectAccessible(page);
  await shoot(page, 'draft-source');
  await panel(page)
    .getByRole('link', { name: /^1, 2 Flight status and delays/ })
    .click();
  await expect(page.getByRole('region', { name: 'As it reads' }).locator('h1')).toHaveText(
    'Flight status and delays',
  );
});

test('a weak draft says so in words', async ({ desk: page }) => {
  const draft = panel(page).getByRole('region', { name: 'Suggested answer' });
  await page.route('**/api/ticketMessages/*/draft', async (it) => {
    const response = await it.fetch();
    await it.fulfill({ response, json: { ...(await response.json()), confidence: 0.08 } });
  });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await visit(page, DRAFTED);
    await expect(draft).toContainText('Weak: probably not the answer (8% sure).');
    await expectAccessible(page);
    await shoot(page, `draft-weak-${colorScheme}`);
  }
  await page.unroute('**/api/ticketMessages/*/draft');
  await visit(page, DRAFTED);
  await expect(draft).toContainText('Probably the answer');
});

test('a draft is asked for again with a hint, inserted by key, edited and sent', async ({ desk: page }) => {
  await visit(page, DRAFTED);
  const draft = panel(page).getByRole('region', { name: 'Suggested answer' });
  await draft.getByRole('note').first().waitFor();
  await page.keyboard.press('Shift+d');
  const asked = page.waitForRequest((it) => it.url().endsWith('/reply-with-info'));
  await page.getByRole('textbox', { name: 'What should it take into account?' }).fill('Mention the gate');
  await draft.getByRole('button', { name: 'Draft an answer' }).click();
  expect((await asked).postDataJSON()).toEqual({ additionalInfo: 'Mention the gate' });
  await draft.getByRole('note').first().waitFor();
  await page.keyboard.press('d');
  const text = page.getByRole('textbox', { name: editor });
  await expect(text).toContainText('Thank you for your message.');
  await text.press('Control+End');
  await text.pressSequentially(' Safe travels!');
  await page.keyboard.press('Control+Enter');
  const conversation = page.getByRole('region', { name: 'Conversation' });
  await expect(conversation.getByText('Safe travels!')).toBeVisible();
  await visit(page, '/overview');
  await expect(page.getByRole('link', { name: /^Edited · \d+% [1-9]/ })).toBeVisible();
});

test('where the machine would not answer it says why; what went before is summed up', async ({
  desk: page,
}) => {
  await visit(page, UNANSWERED);
  const draft = panel(page).getByRole('region', { name: 'Suggested answer' });
  await expect(draft).toContainText('No document answers this');
  await expect(panel(page).getByRole('region', { name: 'In short' })).toContainText('let my bank');
  await expect(panel(page).getByRole('region', { name: 'Before this' })).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'draft-none');
});

test('what the assistant should know of a customer is kept, and an address of theirs', async ({
  desk: page,
}) => {
  await visit(page, UNANSWERED);
  await panel(page).getByRole('button', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What the assistant should know').fill('Prefers to be called by phone.');
  await dialog.getByLabel('Add an address or number').fill('second.address@example.org');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(panel(page).getByText('Prefers to be called by phone.')).toBeVisible();
  await expect(panel(page).getByText('second.address@example.org')).toBeVisible();
});

test('the language model and the tone are set for everybody', async ({ desk: page }) => {
  await visit(page, '/settings/ai');
  const headers = authorisation();
  await page.getByLabel('Endpoint').first().fill('http://127.0.0.1:9/v1');
  await page.getByLabel('Model', { exact: true }).first().fill('small');
  await page.getByLabel('Tone').fill('Short and warm.');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Settings saved')).toBeVisible();
  const kept = await (await page.request.get(`${server.url}/api/Customers/me`, { headers })).json();
  expect(kept.llmEndpoint).toBe('http://127.0.0.1:9/v1');
  await page.reload();
  await expect(page.getByLabel('Tone')).toHaveValue('Short and warm.');
  await page.getByLabel('Endpoint').first().fill('');
  await page.getByLabel('Model', { exact: true }).first().fill('');
  await page.getByLabel('Tone').fill('');
  const saved = page.waitForResponse((it) => it.url().endsWith('/Customers/me/ai') && it.ok());
  await page.getByRole('button', { name: 'Save' }).click();
  await saved;
});
