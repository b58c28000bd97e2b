import {
  expect,
  expectAccessible,
  openFirst,
  row,
  server,
  shoot,
  signIn,
  test,
  visit,
  type Page,
  editor,
} from './support/desk';

const auth = () => ({ Authorization: `Basic ${btoa(`${server.login.username}:${server.login.password}`)}` });
/** A ticket of the demonstration that came by e-mail. */
const EMAIL = '/tickets/199';

test('a ticket is opened, answered by key and shown in the conversation', async ({ desk: page }) => {
  await openFirst(page);
  await page.keyboard.press('r');
  const text = page.getByRole('textbox', { name: editor });
  await text.pressSequentially('Thank you, this is on its way.');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Thank you, this is on its way.')).toBeVisible();
  await expect(page.getByText('Sent', { exact: true })).toBeVisible();
  await expect(text).toBeHidden();
});

test('what was typed survives a reload, and waits on another device', async ({ desk: page, browser }) => {
  await openFirst(page, 2);
  await page.keyboard.press('r');
  const text = page.getByRole('textbox', { name: editor });
  await text.pressSequentially('Half a sent');
  await page.reload();
  await expect(text).toHaveText('Half a sent');
  await page.keyboard.press('r');
  await text.pressSequentially('ence');
  await expect(page.getByText('Draft saved')).toBeVisible();
  const other = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  await signIn(other);
  await other.goto(page.url());
  await expect(other.getByRole('textbox', { name: editor })).toHaveText('Half a sentence');
  await other.close();
  await page.getByRole('button', { name: 'Discard draft' }).click();
  await expect(text).toBeHidden();
});

test('a text that opens by itself takes no keys: they still move through the list', async ({
  desk: page,
}) => {
  await openFirst(page, 4);
  await page.keyboard.press('r');
  const text = page.getByRole('textbox', { name: editor });
  await text.pressSequentially('Left for later');
  await page.getByText('Draft saved').waitFor();
  const here = page.url();
  await page.reload();
  await expect(text).toHaveText('Left for later');
  await expect(text).not.toBeFocused();
  await page.keyboard.press('k');
  await expect(page).not.toHaveURL(here);
  await page.keyboard.press('j');
  await expect(page).toHaveURL(here);
  await expect(text).toHaveText('Left for later');
  await page.keyboard.press('r');
  await expect(text).toBeFocused();
  await page.keyboard.type(', and finished.');
  await expect(text).toHaveText('Left for later, and finished.');
  await page.getByRole('button', { name: 'Discard draft' }).click();
});

test('two devices that wrote on are asked about, and nothing is lost', async ({
  desk: page,
  browser,
  complaints,
}) => {
  await visit(page, '/tickets/180');
  await page.getByRole('region', { name: 'Conversation' }).waitFor();
  await page.keyboard.press('r');
  const text = page.getByRole('textbox', { name: editor });
  await text.pressSequentially('From the desk');
  await page.getByText('Draft saved').waitFor();
  const other = await (await browser.newContext({ locale: 'en-GB' })).newPage();
  await signIn(other);
  await other.goto(page.url());
  const there = other.getByRole('textbox', { name: editor });
  await expect(there).toHaveText('From the desk');
  await there.press('Control+End');
  await there.pressSequentially(', on the phone');
  await expect(other.getByText('Draft saved')).toBeVisible();
  await text.press('Control+End');
  await text.pressSequentially(', on the desk');
  const asked = page.getByRole('alert').filter({ hasText: 'on the phone' });
  await expect(asked).toBeVisible();
  await expect(text).toHaveText('From the desk, on the desk');
  await asked.getByRole('button').first().click();
  await expect(text).toHaveText('From the desk, on the phone');
  await other.close();
  await page.getByRole('button', { name: 'Discard draft' }).click();
  // The server refused the older text by right.
  complaints.splice(0);
});

test('a note mentions somebody and stays inside', async ({ desk: page }) => {
  await openFirst(page, 3);
  await page.keyboard.press('n');
  const text = page.getByRole('textbox', { name: /Only your team/ });
  await text.pressSequentially('@amina');
  await page.getByRole('option', { name: 'Amina Haddad' }).waitFor();
  await page.keyboard.press('Enter');
  await text.pressSequentially('can you look?');
  await shoot(page, 'note');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Note saved')).toBeVisible();
  await expect(page.getByText('@Amina Haddad')).toBeVisible();
});

test('files are attached by choosing them, sent, and shown', async ({ desk: page }) => {
  await visit(page, EMAIL);
  await page.getByRole('region', { name: 'Conversation' }).waitFor();
  await page.keyboard.press('r');
  await page.getByRole('textbox', { name: editor }).pressSequentially('See the file.');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'terms.txt', mimeType: 'text/plain', buffer: Buffer.from('Terms') });
  await expect(page.getByRole('button', { name: 'Remove terms.txt' })).toBeVisible();
  await page.getByRole('button', { name: /^Send Ctrl|^Send$/ }).click();
  await expect(page.getByText('Sent', { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: /terms\.txt/ })).toBeVisible();
});

/** A picture of 160 by 80 points, made in the page. */
const picture = (page: Page) =>
  page.evaluateHandle(async () => {
    const canvas = new OffscreenCanvas(160, 80);
    const context = canvas.getContext('2d')!;
    context.fillStyle = 'teal';
    context.fillRect(0, 0, 160, 80);
    const files = new DataTransfer();
    files.items.add(new File([await canvas.convertToBlob()], 'parcel.png', { type: 'image/png' }));
    return files;
  });

test('a picture is dropped and pasted, and shown small in the conversation', async ({ desk: page }) => {
  await visit(page, '/tickets/181');
  await page.getByRole('region', { name: 'Conversation' }).waitFor();
  await page.keyboard.press('r');
  const text = page.getByRole('textbox', { name: editor });
  await text.pressSequentially('This is how it arrived.');
  await page
    .getByRole('region', { name: 'Reply' })
    .dispatchEvent('drop', { dataTransfer: await picture(page) });
  const files = page.getByRole('button', { name: 'Remove parcel.png' });
  await expect(files).toHaveCount(1);
  await text.evaluate(
    (it, data) => {
      it.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    },
    await picture(page),
  );
  await expect(files).toHaveCount(2);
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Sent', { exact: true })).toBeVisible();
  const small = page
    .getByRole('link', { name: /parcel\.png/ })
    .first()
    .locator('img');
  await expect(small).toHaveAttribute('src', /thumbnail=/);
  await expect.poll(() => small.evaluate((it: HTMLImageElement) => it.naturalWidth)).toBe(96);
});

test('HTML mail is shown in a frame: nothing runs, remote images are off until asked for', async ({
  desk: page,
  complaints,
}) => {
  const channels = await (await page.request.get(`${server.url}/api/Channels`, { headers: auth() })).json();
  const channel = channels.find((it: { channelType: string }) => it.channelType === 'Email');
  const made = await page.request.post(`${server.url}/api/ticketMessages/create-new`, {
    headers: auth(),
    data: {
      channelID: channel.channelID,
      incoming: true,
      fromAddress: 'mallory@example.com',
      subject: 'Newsletter',
      htmlBody:
        '<p>Hello <b>there</b></p><img src="https://tracker.invalid/pixel.png"><script>top.hacked = 1</script>' +
        '<p onclick="top.hacked = 1">click</p><blockquote>On Monday you wrote</blockquote>',
    },
  });
  const { ticketID } = await made.json();
  await visit(page, `/tickets/${ticketID}`);
  const frame = page.frameLocator('iframe');
  await expect(frame.getByText('Hello there')).toBeVisible();
  await expect(frame.getByText('On Monday you wrote')).toBeHidden();
  await page.getByRole('button', { name: 'Show quoted text' }).click();
  await expect(frame.getByText('On Monday you wrote')).toBeVisible();
  await frame.getByText('click').click();
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  await expect(frame.locator('img[src]')).toHaveCount(0);
  expect(complaints).toEqual([]);
  await page.getByRole('button', { name: 'Show images' }).click();
  await expect(frame.locator('img[src^="https://tracker.invalid"]')).toHaveCount(1);
  // Now it was asked for: the request, and that it fails, are right.
  await page.waitForTimeout(200);
  complaints.splice(0);
});

test('topics are corrected with a key and a click, and learned', async ({ desk: page }) => {
  await visit(page, EMAIL);
  await page.getByRole('button', { name: 'Add a topic' }).waitFor();
  await page.keyboard.press('t');
  await page.getByRole('combobox', { name: 'Add a topic' }).fill('exchange');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Learned')).toBeVisible();
  const off = page.getByRole('button', { name: 'Not about: Exchange rate' });
  await off.click();
  await expect(off).toBeHidden();
});

test('why a message is about this is explained, and an example can be forgotten', async ({ desk: page }) => {
  await visit(page, EMAIL);
  await page.getByRole('button', { name: 'Add a topic' }).waitFor();
  await page.keyboard.press('t');
  await page.getByRole('combobox', { name: 'Add a topic' }).fill('exchange');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Learned')).toBeVisible();
  await page.keyboard.press('Shift+t');
  await expect(page.getByText(/Lotte Claes chose these topics/)).toBeVisible();
  await page.getByRole('button', { name: 'Now', exact: true }).click();
  const example = page.getByRole('listitem').filter({ hasText: /Exchange rate.*alike/ });
  await expect(example.first()).toBeVisible();
  await expectAccessible(page);
  await shoot(page, 'topics-why');
  const before = await example.count();
  const forget = example.first().getByRole('button', { name: /Forget/ });
  await forget.click();
  await forget.click();
  await expect(page.getByText('Forgotten. The next message is judged without it.')).toBeVisible();
  await expect(example).toHaveCount(before - 1);
});

test('close goes to the next, and the next ticket is there at once', async ({ desk: page }) => {
  const second = await row(page, 1).locator('a').getAttribute('href');
  await openFirst(page);
  await page.keyboard.press('e');
  await expect(page).toHaveURL(new RegExp(`${second}$`));
  await expect(page.getByText('Closed', { exact: true }).first()).toBeVisible();
  await page.keyboard.press('z');
  await expect(page.getByText('Undone', { exact: true })).toBeVisible();
});

test('custom fields are kept', async ({ desk: page }) => {
  await openFirst(page, 2);
  await page.getByLabel('Order number').fill('ORD-77');
  const saved = page.waitForResponse((it) => it.request().method() === 'PUT' && it.status() === 204);
  await page.keyboard.press('Tab');
  await saved;
  await page.reload();
  await expect(page.getByLabel('Order number')).toHaveValue('ORD-77');
});
