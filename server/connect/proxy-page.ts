import { proxyEnvironment } from './proxy-environment.ts';
import { vendorNames } from './vendor-names.ts';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? sign);

const section = (title: string, ...paragraphs: string[]): string => `<h2>${title}</h2>\n${paragraphs.join('\n')}`;
const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;
const code = (text: string): string => `<pre>${escapeHtml(text)}</pre>`;

/** What somebody sees who opens the proxy's own address in a browser. */
export function proxyPage({ proxyUrl, reeveOrigin }: { proxyUrl: string; reeveOrigin: string }): string {
  const environment = proxyEnvironment({
    proxyUrl,
    reeveOrigin,
    authorityPath: '/etc/codex/reeve-proxy-ca.pem',
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>reeve proxy</title>
<main>
<h1>reeve proxy</h1>
${paragraph(
  `Programs that use this proxy and call the names below reach Reeve at ${reeveOrigin} instead of OpenAI. Every other name, ` +
    'port and method is refused. Nothing is read or stored here: the connection is encrypted between the program and Reeve.',
)}
<ul>
${vendorNames.map((name) => `<li>${name}, port 443</li>`).join('\n')}
</ul>
${section(
  'Whom it is for',
  paragraph(
    'It is for machines whose owner set it up, so that plain codex login in a browser and codex cloud work with Reeve. It has an ' +
      'effect only on programs that are told to use it, on a machine that trusts the authority this Reeve made for these names. ' +
      'If you did not expect it, ask whoever runs this machine.',
  ),
)}
${section(
  'Use it',
  paragraph(`Save the authority from ${reeveOrigin}/proxy-ca.pem, and these lines as reeve-proxy.env:`),
  code(environment),
  paragraph('Then start only the client with them:'),
  code('(set -a; . ./reeve-proxy.env; codex login)'),
  paragraph(
    `Your browser does not use this proxy. In the sign-in address the client prints, put ${reeveOrigin} in place of ` +
      'https://auth.openai.com before you open it.',
  ),
  paragraph(
    'Commands the client runs inherit these variables and cannot reach other sites over HTTPS. Work that needs them (git, package ' +
      'managers) belongs into a session without the proxy: after sign-in, only codex cloud needs it.',
  ),
)}
${section('Stop using it', paragraph('Unset HTTPS_PROXY, or close that terminal. Remove the saved authority file.'))}
</main>
</html>
`;
}
