import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { ensureChromium } from './chromium.ts';

export interface Profile {
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
}

export interface TestBrowser {
  /** A browser profile of its own: nobody is signed in. */
  openPage(profile?: Profile): Promise<Page>;
  /** Console errors, content that the CSP refused, and requests to other origins so far. A test takes out what it expects. */
  complaints: string[];
  /** Fails when there are complaints. */
  close(): Promise<void>;
}

/** Verified against the authority here; the browser then accepts this key and no other unknown one. */
async function trustedKeyHash({ origin, authorityPem }: { origin: string; authorityPem: string }): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), ca: authorityPem });
  await once(socket, 'secureConnect');
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  socket.destroy();
  if (!key) throw new Error(`${origin} showed no certificate`);
  return createHash('sha256').update(key).digest('base64');
}

function listen(context: BrowserContext, origin: string, complaints: string[]): void {
  context.on('console', (message) => {
    if (message.type() === 'error')
      complaints.push(`console at ${message.page()?.url()}: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (webError) => complaints.push(`uncaught: ${webError.error().stack}`));
  context.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol.startsWith('http')) complaints.push(`other origin: ${request.url()}`);
  });
}

/** A real browser before a running server, whose local authority it trusts. */
export async function openBrowser(server: { origin: string; authorityPem: string | null }): Promise<TestBrowser> {
  const { origin, authorityPem } = server;
  if (authorityPem === null) throw new Error('the server has no local authority to trust');
  const { executablePath, environment } = await ensureChromium();
  const browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...environment } as Record<string, string>,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
      `--ignore-certificate-errors-spki-list=${await trustedKeyHash({ origin, authorityPem })}`,
    ],
  });
  const complaints: string[] = [];
  return {
    complaints,
    async openPage({ theme = 'light', width = 1280, height = 900 } = {}) {
      const context = await browser.newContext({
        baseURL: origin,
        viewport: { width, height },
        colorScheme: theme,
        reducedMotion: 'reduce',
        locale: 'en-GB',
        timezoneId: 'Europe/London',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      context.setDefaultTimeout(15_000);
      listen(context, origin, complaints);
      return context.newPage();
    },
    async close() {
      await browser.close();
      if (complaints.length > 0) throw new Error(`the console complained:\n${complaints.join('\n')}`);
    },
  };
}
