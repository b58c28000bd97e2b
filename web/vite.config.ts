import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const server = process.env['ANSWERPAL_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  // The program serves the dashboard here, with a policy that knows no inline scripts or styles.
  base: '/app/',
  plugins: [svelte(), tailwindcss()],
  resolve: {
    alias: { $: fileURLToPath(new URL('./src', import.meta.url)) },
    ...(process.env['VITEST'] ? { conditions: ['browser'] } : {}),
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/api': server, '/healthz': server } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
