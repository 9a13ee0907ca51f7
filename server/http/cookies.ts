import { parse, serialize } from 'hono/utils/cookie';

/** `__Host-` cookies are sent to this origin only, never set by a subdomain or over http (RFC 6265bis §4.1.3.2). */
type HostCookieName = `__Host-${string}`;

export const readCookie = (cookieHeader: string | null, name: HostCookieName): string | null =>
  cookieHeader === null ? null : (parse(cookieHeader, name)[name] ?? null);

export function setCookie(
  responseHeaders: Headers,
  name: HostCookieName,
  value: string,
  { maxAgeSeconds }: { maxAgeSeconds: number },
): void {
  const cookie = serialize(name, value, {
    path: '/',
    httpOnly: true,
    secure: true,
    sameSite: 'Lax',
    maxAge: maxAgeSeconds,
  });
  responseHeaders.append('set-cookie', cookie);
}

export const dropCookie = (responseHeaders: Headers, name: HostCookieName): void =>
  setCookie(responseHeaders, name, '', { maxAgeSeconds: 0 });
