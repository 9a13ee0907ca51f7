import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { JsonifiedClient } from '@orpc/openapi-client';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { CookieJar } from 'tough-cookie';
import { type Contract, contract } from '#contract/index.ts';
import { type Browser, createBrowser } from '#testing/codex-cli/follow-browser.ts';

export type OwnApi = JsonifiedClient<ContractRouterClient<Contract>>;

/** One browser profile: what the console calls, and the pages people open, share its cookies. */
export interface OwnApiSession {
  api: OwnApi;
  browser: Browser;
}

export interface ServerAddress {
  origin: string;
  /** The authority to trust; the system's own are not asked. */
  authorityPem: string;
}

const withoutBody = new Set([101, 204, 205, 304]);

/** Nothing that is asked takes longer: what is still silent then will never answer, and is a failure with a name. */
const longestSilenceMs = 90_000;

/** As browsers send it from our own page: with its cookies and its Origin. */
async function send(asked: Request, { origin, authorityPem }: ServerAddress, cookies: CookieJar): Promise<Response> {
  const headers: Record<string, string> = { ...Object.fromEntries(asked.headers), origin };
  const cookie = await cookies.getCookieString(asked.url);
  if (cookie !== '') headers.cookie = cookie;
  const body = Buffer.from(await asked.arrayBuffer());
  if (body.length > 0) headers['content-length'] = String(body.length);
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const call = request(asked.url, { method: asked.method, headers, ca: authorityPem, agent: false });
  call.setTimeout(longestSilenceMs, () => {
    reject(new Error(`${asked.method} ${asked.url}: not a word for ${longestSilenceMs / 1000} s`));
    call.destroy();
  });
  call.on('error', reject).on('response', async (answer) => {
    for (const line of answer.headers['set-cookie'] ?? []) await cookies.setCookie(line, asked.url);
    const status = answer.statusCode ?? 0;
    const received = await buffer(answer).catch(reject);
    const contentType = answer.headers['content-type'] ?? 'application/octet-stream';
    const content = withoutBody.has(status) || !received ? null : new Uint8Array(received);
    resolve(new Response(content, { status, headers: { 'content-type': contentType } }));
  });
  call.end(body);
  return promise;
}

/** Calls Reeve's own API over HTTPS as the console does, typed by the contract. */
export function openOwnApiSession(address: ServerAddress): OwnApiSession {
  const cookies = new CookieJar(undefined, { rejectPublicSuffixes: false });
  const link = new OpenAPILink(contract, {
    url: `${address.origin}/api/v1`,
    fetch: (asked) => send(asked, address, cookies),
  });
  return { api: createORPCClient(link), browser: createBrowser({ trustedCa: address.authorityPem, cookies }) };
}
