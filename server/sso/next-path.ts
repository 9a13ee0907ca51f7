/** Ours, but not pages: a redirect to them would call something. */
const notPages = /^\/(?:api|sso|oauth|backend-api)(?:\/|$)/;

const mostOfPath = 2000;

/**
 * Where the browser goes after a sign-on: a page of this console, whatever was asked for. Anything else, another site above all, is the
 * start page.
 */
export function nextPath(asked: string | null | undefined, origin: string): string {
  if (!asked?.startsWith('/') || asked.length > mostOfPath) return '/';
  const url = URL.parse(asked, origin);
  if (url === null || url.origin !== origin) return '/';
  const path = url.pathname + url.search + url.hash;
  // `//host` again after normalising (`/.//host`) would be another site in a Location header.
  // Percent encoding can make it several times as long, and a problem page's address carries it.
  if (path.length > mostOfPath) return '/';
  return path.startsWith('//') || notPages.test(url.pathname) ? '/' : path;
}
