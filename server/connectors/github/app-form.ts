import { ReeveError } from '#server/fail.ts';
import { commonHeaders, newCspNonce } from '#server/http/security-headers.ts';
import type { Services } from '#server/services.ts';
import { requirePending } from '../connections/pending.ts';
import { manifestOf } from './manifest.ts';

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const formPage = (nonce: string, { action, manifest, host }: { action: string; manifest: string; host: string }) =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>On to GitHub – Reeve</title>
<style nonce="${nonce}">
body { font: 1rem/1.5 system-ui, sans-serif; display: grid; place-content: center; min-height: 100vh; margin: 0; text-align: center; }
button { font: inherit; padding: 0.5rem 1.25rem; }
</style>
</head>
<body>
<form method="post" action="${escapeHtml(action)}">
<input type="hidden" name="manifest" value="${escapeHtml(manifest)}">
<p role="status">On to ${escapeHtml(host)}…</p>
<noscript><button type="submit">Continue</button></noscript>
</form>
<script nonce="${nonce}">document.forms[0].submit();</script>
</body>
</html>
`;

/**
 * The one page of Reeve that posts to another origin: GitHub takes a manifest from the browser alone, and the console's own pages may post
 * nowhere else. `form-action` is left out, because it would also bind where GitHub leads on to, such as an organisation's sign-on.
 * @throws ReeveError git-link-expired
 */
export async function appForm(
  services: Pick<Services, 'db' | 'clock' | 'origin'>,
  member: { workspaceId: string; memberId: string } | null,
  state: string,
): Promise<Response> {
  // Somebody else's link must lead nobody into making an app.
  if (member === null) throw new ReeveError('git-link-expired');
  const pending = await requirePending(services, member, { purpose: 'app', state });
  const { connectionId, baseUrl, organization, name, isPublic } = pending.facts;
  if (!connectionId || !baseUrl || !name) throw new ReeveError('git-link-expired');
  const place = organization ? `/organizations/${encodeURIComponent(organization)}` : '';
  const manifest = JSON.stringify(
    manifestOf({ name, isPublic: isPublic !== null, connectionId, origin: services.origin, baseUrl }),
  );
  const action = `${baseUrl}${place}/settings/apps/new?${new URLSearchParams({ state })}`;
  const nonce = newCspNonce();
  return new Response(formPage(nonce, { action, manifest, host: new URL(baseUrl).host }), {
    headers: {
      ...commonHeaders,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      // With no referrer at all the browser would send the form as from nowhere, which servers refuse as forged.
      'referrer-policy': 'origin',
      'content-security-policy': [
        "default-src 'none'",
        `script-src 'nonce-${nonce}'`,
        `style-src 'nonce-${nonce}'`,
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    },
  });
}
