import { ReeveError } from '#server/fail.ts';
import type { WireCall, WireRoute } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { answerSignOn, completeSignOn, refuseChangedSettings } from '../answer-sign-on.ts';
import { takeAttempt } from '../attempts.ts';
import { findConnectionOfSignIn } from '../connection-queries.ts';
import { SignOnRefused } from '../problems.ts';
import { connectionKeys } from './connection-keys.ts';
import { proveSaml } from './prove-saml.ts';
import { readSamlForm, type SamlForm } from './read-form.ts';
import { refreshForUnknownCertificates } from './refresh-metadata.ts';
import { SamlRefused } from './refuse-saml.ts';
import { relayPage } from './relay-page.ts';
import { serviceProviderAddresses, serviceProviderMetadata } from './service-provider.ts';
import { openResponse } from './verify-response.ts';

/** What `startAttempt` makes; an identity provider that starts by itself sends nothing, or an address. */
const looksLikeOurState = /^[A-Za-z0-9_-]{43}$/;

function stateOf({ RelayState, SAMLResponse }: SamlForm): string {
  if (RelayState !== null && looksLikeOurState.test(RelayState)) return RelayState;
  if (openResponse(SAMLResponse).inResponseTo === null)
    throw new SamlRefused('not-started-here', 'the response has no InResponseTo');
  throw new SamlRefused('other-request', 'RelayState did not come back as it was sent');
}

/** Our metadata, and the place where identity providers have browsers post their answers. */
export function samlRoutes(services: Services): WireRoute[] {
  const { db, origin } = services;
  const refresh = refreshForUnknownCertificates(services);
  const find = async ({ c }: WireCall) => {
    const connection = await findConnectionOfSignIn(db, c.req.param('id') ?? '');
    return connection?.kind === 'saml' ? connection : null;
  };

  const metadata = async (call: WireCall) => {
    const connection = await find(call);
    if (!connection) throw new ReeveError('not-found');
    const keys = await connectionKeys(services, connection);
    return new Response(await serviceProviderMetadata(serviceProviderAddresses(origin, connection.id), keys), {
      headers: { 'content-type': 'application/samlmetadata+xml; charset=utf-8', 'cache-control': 'no-cache' },
    });
  };

  const receive = (call: WireCall) =>
    answerSignOn(services, call, async (soFar) => {
      const { c } = call;
      const form = await readSamlForm(c.req.raw);
      const { SAMLResponse, RelayState, isRelayed } = form;
      if (!isRelayed) return relayPage(c.req.path, { SAMLResponse, RelayState: RelayState ?? '', relayed: '1' });
      const connection = await find(call);
      if (!connection) throw new SignOnRefused('connection-off');
      soFar.connection = connection;
      const cookieHeader = c.req.header('cookie') ?? null;
      const { attempt } = await takeAttempt(services, {
        state: stateOf(form),
        connectionId: connection.id,
        cookieHeader,
      });
      soFar.attempt = attempt;
      soFar.next = attempt.next_path;
      refuseChangedSettings(connection, attempt);
      const outline = openResponse(SAMLResponse);
      const proof = await proveSaml(services, { connection, attempt, outline, refresh });
      return completeSignOn(services, call, { connection, attempt, proof });
    });

  return [
    {
      method: 'GET',
      path: '/sso/saml/:id/metadata',
      allow: 'anyone',
      summary: 'Metadata of this service provider, for one connection',
      handle: metadata,
    },
    {
      method: 'POST',
      path: '/sso/saml/:id/acs',
      allow: 'anyone',
      summary: 'Back from a SAML identity provider',
      handle: receive,
    },
  ];
}
