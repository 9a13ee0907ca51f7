import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { CookieJar } from 'tough-cookie';

export interface BrowserOptions {
  /** PEM of the certificate authorities this browser trusts; the system's own are not. */
  trustedCa?: string;
  /** Name → address, for names that are not in DNS. The port stays as in the address. */
  hosts?: Record<string, string>;
  cookies?: CookieJar;
  /** A redirect to such an address is not followed: the page is the one that asked for it, its `url` where it leads. */
  stopBefore?: (url: URL) => boolean;
}

export interface Page {
  /** The address after the last redirect. */
  url: URL;
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** Every address visited, the first and the last included. */
  visited: URL[];
}

export interface Browser {
  readonly cookies: CookieJar;
  get(url: string | URL): Promise<Page>;
  /** Sends a form as pages do, with the Origin of the page it stands on. */
  submit(url: string | URL, form: Record<string, string>): Promise<Page>;
}

interface Visit {
  method: 'GET' | 'POST';
  url: URL;
  body?: string | undefined;
}

const MAX_REDIRECTS = 20;

async function fetchOne({ method, url, body }: Visit, { trustedCa, hosts }: BrowserOptions, cookies: CookieJar) {
  const cookie = await cookies.getCookieString(url.href);
  const headers: Record<string, string> = { accept: 'text/html,*/*', host: url.host };
  if (cookie !== '') headers.cookie = cookie;
  if (body !== undefined) {
    headers['content-type'] = 'application/x-www-form-urlencoded';
    headers['content-length'] = String(Buffer.byteLength(body));
    headers.origin = url.origin;
  }
  const address = hosts?.[url.hostname] ?? url.hostname.replace(/^\[|\]$/g, '');
  const target = { method, headers, host: address, port: url.port, path: url.pathname + url.search, agent: false };
  const tls = { servername: /^[\d.:[\]]+$/.test(url.hostname) ? '' : url.hostname, ca: trustedCa };
  const request = url.protocol === 'https:' ? https.request({ ...target, ...tls }) : http.request(target);
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  request.on('response', resolve).on('error', (cause) => reject(new Error(`${method} ${url.href} failed`, { cause })));
  request.end(body);
  const response = await promise;
  for (const line of response.headers['set-cookie'] ?? []) {
    await cookies.setCookie(line, url.href, { ignoreError: true });
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

async function follow(first: Visit, options: BrowserOptions, cookies: CookieJar): Promise<Page> {
  const visited: URL[] = [];
  let visit = first;
  while (visited.length <= MAX_REDIRECTS) {
    visited.push(visit.url);
    const answer = await fetchOne(visit, options, cookies);
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status > 399 || location === undefined) {
      return { url: visit.url, ...answer, visited };
    }
    const url = new URL(location, visit.url);
    if (options.stopBefore?.(url)) return { url, ...answer, visited };
    // 307 and 308 repeat the request; browsers turn every other redirect of a form into a GET (Fetch, section 4.4).
    const repeats = answer.status === 307 || answer.status === 308;
    visit = repeats ? { ...visit, url } : { method: 'GET', url };
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects:\n${visited.join('\n')}`);
}

/** Enough of a browser for sign-in flows: redirects, cookies and forms. Pages that need scripts need a real one. */
export function createBrowser(options: BrowserOptions = {}): Browser {
  const cookies = options.cookies ?? new CookieJar(undefined, { rejectPublicSuffixes: false });
  return {
    cookies,
    get: (url) => follow({ method: 'GET', url: new URL(url) }, options, cookies),
    submit: (url, form) =>
      follow({ method: 'POST', url: new URL(url), body: new URLSearchParams(form).toString() }, options, cookies),
  };
}

export function followBrowser(url: string | URL, options: BrowserOptions = {}): Promise<Page> {
  return createBrowser(options).get(url);
}
