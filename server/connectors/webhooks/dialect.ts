import { ReeveError } from '#server/fail.ts';
import { receiveBody } from '#server/http/receive-body.ts';
import type { Dialect, WireCall, WireRoute } from '#server/http/wire-routes.ts';
import { readConsoleMember } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import { egressDocument, egressPath } from '../egress-ranges.ts';
import { appFormPath, hookPath } from '../github/addresses.ts';
import { appForm } from '../github/app-form.ts';
import { claimedConnection, receiveDelivery } from './receive-delivery.ts';

/** GitHub sends no larger payloads (webhook reference, “payload cap”). */
const maxBytes = 25 * 1024 * 1024;

function routesOf(services: Services): WireRoute[] {
  const readMember = readConsoleMember(services);
  const receive = async ({ c }: WireCall) => {
    const headers = {
      event: c.req.header('x-github-event') ?? null,
      guid: c.req.header('x-github-delivery') ?? null,
      signature: c.req.header('x-hub-signature-256') ?? null,
      contentType: c.req.header('content-type') ?? null,
    };
    const connection = await claimedConnection(services, c.req.param('connectionId') ?? '', headers);
    const body = await receiveBody(c.env.incoming, {
      maxBytes,
      encodings: [],
      tooLarge: () => new ReeveError('body-too-large', {}, { message: `A delivery has at most ${maxBytes} bytes.` }),
      unknownEncoding: (encoding) =>
        new ReeveError('bad-input', {}, { message: `The encoding ${encoding} is not taken.` }),
    });
    const { isNew } = await receiveDelivery(services, connection, { headers, body });
    return c.json({ received: true, new: isNew }, 202);
  };
  return [
    {
      method: 'POST',
      path: hookPath(':connectionId'),
      allow: 'anyone',
      summary: 'Webhook deliveries of a GitHub App, signed',
      handle: receive,
    },
    {
      method: 'GET',
      path: appFormPath,
      allow: 'anyone',
      summary: 'Posts the manifest of a new app to GitHub from the browser',
      handle: async ({ c }) => appForm(services, await readMember(c), c.req.query('state') ?? ''),
    },
    {
      method: 'GET',
      path: egressPath,
      allow: 'anyone',
      summary: 'Addresses that Reeve calls from, for allowlists',
      handle: ({ c }) => c.json(egressDocument(services.config), 200, { 'cache-control': 'public, max-age=3600' }),
    },
  ];
}

const renderError = (error: ReeveError, { requestId }: { requestId: string }): Response =>
  Response.json(
    { error: { code: error.code, message: error.message, reference: requestId } },
    { status: error.status, headers: { 'cache-control': 'no-store' } },
  );

/** What git servers call, and what browsers open on their way to one. */
export const gitServerDialect = (services: Services): Dialect => ({
  name: 'git-servers',
  routes: routesOf(services),
  renderError,
});
