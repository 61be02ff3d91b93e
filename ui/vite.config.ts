import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Asks for the three Latin fonts together with the script, not after the styles that name them. */
const fontsAtOnce: Plugin = {
  name: 'fonts-at-once',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => /-latin-wght-normal-[^/]*\.woff2$/.test(file))
        .map((file) => ({ tag: 'link', attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${file}`, crossorigin: true }, injectTo: 'head' as const })),
  },
};

// The jar carries what lands in target/classes/ui. Nothing is inlined as a data: address and nothing is
// loaded from elsewhere, so `default-src 'self'` is enough of a Content-Security-Policy.
export default defineConfig({
  plugins: [react(), fontsAtOnce],
  build: {
    outDir: 'target/classes/ui',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': process.env.ESPALIER_URL ?? 'http://127.0.0.1:8080' } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 60_000,
    reporters: ['default', ['junit', { outputFile: 'target/surefire-reports/TEST-ui.xml', suiteName: 'ui' }]],
  },
});
