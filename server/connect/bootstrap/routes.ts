import { ReeveError } from '#server/fail.ts';
import type { Dialect, WireCall, WireRoute } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import type { Authorities } from '../authorities.ts';
import { joinScript } from '../join-script.ts';
import { authorityFile } from '../person-recipes.ts';
import { joinableWorkspaceId } from '../queries.ts';

const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

const pem = (call: WireCall, text: string, fileName: string) =>
  call.c.body(text, 200, {
    ...headers,
    'content-type': 'application/x-pem-file',
    'content-disposition': `attachment; filename="${fileName}"`,
  });

const absent = (message: string) => new ReeveError('not-found', {}, { message });

function bootstrapRoutes(
  { origin, db }: Pick<Services, 'origin' | 'db'>,
  { authorityPem, proxyAuthorityPem = null }: Authorities,
): WireRoute[] {
  return [
    {
      method: 'GET',
      path: '/join.sh',
      allow: 'anyone',
      summary: 'The script that makes a machine or a person use this Reeve',
      async handle({ c }) {
        const workspaceId = await joinableWorkspaceId(db);
        if (workspaceId === null)
          throw absent('This Reeve has no workspace yet. Its owner opens the set-up link first.');
        const text = joinScript({ origin, workspaceId, authorityPem });
        return c.body(text, 200, { ...headers, 'content-type': 'text/x-shellscript; charset=utf-8' });
      },
    },
    {
      method: 'GET',
      path: '/ca.pem',
      allow: 'anyone',
      summary: 'The certificate authority clients have to trust',
      handle(call) {
        if (authorityPem === null)
          throw absent("This Reeve serves with its operator's own certificate; there is no authority to fetch here.");
        return pem(call, authorityFile(authorityPem), 'reeve-ca.pem');
      },
    },
    {
      method: 'GET',
      path: '/proxy-ca.pem',
      allow: 'anyone',
      summary: 'The authorities a client in proxy mode has to trust',
      handle(call) {
        if (proxyAuthorityPem === null)
          throw absent('Proxy mode is off on this Reeve. Its operator can turn it on with REEVE_VENDOR_NAMES=on.');
        const all = [authorityPem, proxyAuthorityPem].filter((text) => text !== null);
        return pem(call, all.map(authorityFile).join(''), 'reeve-proxy-ca.pem');
      },
    },
  ];
}

/** What `curl` and `sh` fetch before anything is signed in. Public: it holds certificates and addresses, no secret. */
export const connectDialect = (services: Pick<Services, 'origin' | 'db'>, authorities: Authorities): Dialect => ({
  name: 'bootstrap',
  routes: bootstrapRoutes(services, authorities),
  renderError: (error, { requestId }) =>
    new Response(`${error.message}\nReference: ${requestId}\n`, {
      status: error.status,
      headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
    }),
});
