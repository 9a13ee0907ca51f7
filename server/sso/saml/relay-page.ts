import { commonHeaders, newCspNonce } from '#server/http/security-headers.ts';

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * Posts the form once more, now from our own site: a post from the identity provider's site carries none of our cookies
 * (SameSite=Lax), and without them nobody knows which browser and which session this is.
 */
export function relayPage(action: string, fields: Record<string, string>): Response {
  const nonce = newCspNonce();
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Signing in – Reeve</title>
<style nonce="${nonce}">
body { font: 1rem/1.5 system-ui, sans-serif; display: grid; place-content: center; min-height: 100vh; margin: 0; text-align: center; }
button { font: inherit; padding: 0.5rem 1.25rem; }
</style>
</head>
<body>
<form method="post" action="${escapeHtml(action)}">
${inputs.join('\n')}
<p role="status">Signing you in…</p>
<noscript><button type="submit">Continue</button></noscript>
</form>
<script nonce="${nonce}">document.forms[0].submit();</script>
</body>
</html>
`;
  return new Response(html, {
    headers: {
      ...commonHeaders,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': [
        "default-src 'none'",
        `script-src 'nonce-${nonce}'`,
        `style-src 'nonce-${nonce}'`,
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
    },
  });
}
