// How much has to come over the wire before the first list is there.
import { expect, test } from './support/desk';

/** Bytes of scripts, styles and the page itself, compressed; fonts come beside and block nothing. */
const MOST = 150_000;

test('the first load is small', async ({ desk: page }) => {
  await page.reload();
  await page.getByRole('row').first().waitFor();
  const loaded = await page.evaluate(() => {
    const timings = performance.getEntries().filter((it) => it instanceof PerformanceResourceTiming);
    return timings
      .filter((it) => it.initiatorType === 'navigation' || /\.(js|css)$/.test(it.name))
      .map((it) => ({ name: it.name, encoded: it.encodedBodySize, decoded: it.decodedBodySize }));
  });
  expect(loaded.length).toBeGreaterThan(3);
  for (const it of loaded.filter((one) => one.decoded > 2048)) {
    expect(it.encoded, `${it.name} comes compressed`).toBeLessThan(it.decoded);
  }
  expect(loaded.reduce((sum, it) => sum + it.encoded, 0)).toBeLessThan(MOST);
});
