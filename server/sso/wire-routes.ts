import { addressKey, rateLimit } from '#server/db/rate-limit.ts';
import type { ReeveError } from '#server/fail.ts';
import type { Dialect, WireCall, WireRoute } from '#server/http/wire-routes.ts';
import { readConsoleMember } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import { answerSignOn, completeSignOn, leadTo, refuseChangedSettings } from './answer-sign-on.ts';
import { takeAttempt } from './attempts.ts';
import { findConnectionOfSignIn } from './connection-queries.ts';
import { nextPath } from './next-path.ts';
import { callbackPath } from './oidc/addresses.ts';
import { receiveAnswer } from './oidc/receive-answer.ts';
import { SignOnRefused } from './problems.ts';
import { samlRoutes } from './saml/saml-routes.ts';
import { startSignOn } from './start-sign-on.ts';

/** A building behind one address signs in at nine o'clock. */
const startsPerQuarterHour = 600;

function ssoRoutes(services: Services): WireRoute[] {
  const readMember = readConsoleMember(services);
  const starts = rateLimit(services.db, { name: 'sso-start', points: startsPerQuarterHour, perSeconds: 15 * 60 });

  const start = (call: WireCall) =>
    answerSignOn(services, call, async (soFar) => {
      const { c, ip } = call;
      // The cookie has to be set at the name the identity provider leads back to, whichever name led here.
      if (c.req.header('host') !== new URL(services.origin).host) {
        const { pathname, search } = new URL(c.req.url);
        return leadTo(`${services.origin}${pathname}${search}`);
      }
      soFar.next = nextPath(c.req.query('next'), services.origin);
      if (!(await starts.take(addressKey(ip))).allowed) throw new SignOnRefused('too-many-attempts');
      const connection = await findConnectionOfSignIn(services.db, c.req.query('connection') ?? '');
      if (!connection)
        throw new SignOnRefused('connection-off', { message: 'There is no such connection, or not any more.' });
      soFar.connection = connection;
      const headers = new Headers();
      const isStepUp = c.req.query('reauthenticate') === '1';
      const member = isStepUp ? await readMember(c) : null;
      const redirectTo = await startSignOn(services, {
        connection,
        purpose: member ? 'step-up' : 'sign-in',
        next: soFar.next,
        memberId: member?.memberId ?? null,
        cookieHeader: c.req.header('cookie') ?? null,
        responseHeaders: headers,
        loginHint: (c.req.query('login_hint') ?? member?.email)?.slice(0, 254) ?? null,
        reauthenticate: isStepUp,
      });
      return leadTo(redirectTo, headers);
    });

  const oidcCallback = (call: WireCall) =>
    answerSignOn(services, call, async (soFar) => {
      const { c } = call;
      const query = new URL(c.req.url).searchParams;
      const [state = '', ...more] = query.getAll('state');
      const connectionId = c.req.param('id') ?? '';
      if (more.length > 0 || state === '' || connectionId.includes('\0')) throw new SignOnRefused('expired');
      const cookieHeader = c.req.header('cookie') ?? null;
      const taken = await takeAttempt(services, { state, connectionId, cookieHeader });
      soFar.attempt = taken.attempt;
      soFar.next = taken.attempt.next_path;
      const connection = await findConnectionOfSignIn(services.db, connectionId);
      if (connection?.kind !== 'oidc') throw new SignOnRefused('connection-off');
      soFar.connection = connection;
      refuseChangedSettings(connection, taken.attempt);
      const proof = await receiveAnswer(services, { connection, state, query, ...taken });
      return completeSignOn(services, call, { connection, attempt: taken.attempt, proof });
    });

  const route = (path: string, summary: string, handle: WireRoute['handle']): WireRoute => ({
    ...{ method: 'GET', allow: 'anyone', path, summary, handle },
  });
  return [
    route('/sso/start', 'Start of a single sign-on: leads to the identity provider', start),
    route(callbackPath, 'Back from an OpenID provider', oidcCallback),
    ...samlRoutes(services),
  ];
}

const renderError = (error: ReeveError, { requestId }: { requestId: string }): Response =>
  new Response(`${error.message}\nReference: ${requestId}\n`, {
    status: error.status,
    headers: { 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8' },
  });

/** What browsers open on their way to and from an identity provider. */
export const ssoDialect = (services: Services): Dialect => ({
  name: 'sso',
  routes: ssoRoutes(services),
  renderError,
});
