import { expect, test } from '@playwright/test';
import { start } from './support/server';
import { expectAccessible } from './support/desk';

test('an empty installation is set up in three steps', async ({ page }) => {
  const server = await start([]);
  try {
    await page.goto(`${server.url}/app/`);
    await expect(page.getByText('Step 1 of 3')).toBeVisible();
    await expectAccessible(page);
    await page.getByLabel('Name of the organisation').fill('Acme');
    await page.keyboard.press('Enter');
    await page.getByLabel('Your name').fill('Ann Admin');
    await page.getByLabel('Email address').fill('ann@example.com');
    await page.getByLabel('Username').fill('ann');
    await page.getByLabel('Password').fill('short');
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByRole('alert').first()).toBeVisible();
    await page.getByLabel('Password').fill('correct horse battery staple');
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByText('Step 3 of 3')).toBeVisible();
    await page.getByLabel('Its address').fill('help@example.com');
    await page.getByRole('button', { name: 'Finish' }).click();
    await expect(page.getByText('Nothing has come in yet')).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Set up channels' }).click();
    await expect(page.getByText('help@example.com').first()).toBeVisible();
    await page.reload();
    await expect(page.getByRole('button', { name: /Ann Admin/ })).toBeVisible();
  } finally {
    await server.stop();
  }
});
