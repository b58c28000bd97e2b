import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  // One server with one set of demonstration data: the tests take turns.
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 7000 },
  retries: 0,
  reporter: process.env['CI'] ? [['list']] : [['line']],
  globalSetup: './e2e/support/server.ts',
  use: {
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Brussels',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'],
    },
  },
});
