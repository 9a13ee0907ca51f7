import { addressKey, rateLimit } from '#server/db/rate-limit.ts';
import { isReeveError, type ReeveError } from '#server/fail.ts';
import type { Dialect, WireCall, WireRoute } from '#server/http/wire-routes.ts';
import { readConsoleMember, setSignInCookies } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import type { Attempt } from './attempt-queries.ts';
import { takeAttempt } from './attempts.ts';
import { type ConnectionRow, findConnectionOfSignIn } from './connection-queries.ts';
import { finishSignIn, keepTestResult, type Proof, testedPath } from './finish-sign-in.ts';
import { nextPath } from './next-path.ts';
import { callbackPath } from './oidc/addresses.ts';
import { receiveAnswer } from './oidc/receive-answer.ts';
import { problems, SignOnRefused } from './problems.ts';
import { startSignOn } from './start-sign-on.ts';
import { problemAddress } from './tell-problem.ts';

/** A building behind one address signs in at nine o'clock. */
const startsPerQuarterHour = 600;

export const leadTo = (location: string, headers = new Headers()): Response => {
  headers.set('location', location);
  headers.set('cache-control', 'no-store');
  return new Response(null, { status: 303, headers });
};

/** What is known of a sign-on when something goes wrong with it. */
export interface SoFar {
  connection: ConnectionRow | null;
  attempt: Attempt | null;
  next: string;
}

/** Refusals of our own API's kind that a session start may answer. */
function asRefused(error: unknown): SignOnRefused | null {
  if (error instanceof SignOnRefused) return error;
  if (isReeveError(error) && error.code === 'member-suspended') return new SignOnRefused('member-suspended');
  // Two first sign-ins of one person at once.
  if (isReeveError(error) && error.code === 'already-exists') return new SignOnRefused('expired');
  return null;
}

/**
 * Runs one step of a sign-on. What is refused leads to the page that explains it; in a test, to the connection with the reason kept.
 * Both protocols' routes go through here.
 */
export async function answerSignOn(
  services: Services,
  call: WireCall,
  run: (soFar: SoFar) => Promise<Response>,
): Promise<Response> {
  const soFar: SoFar = { connection: null, attempt: null, next: '/' };
  try {
    return await run(soFar);
  } catch (error) {
    const refused = asRefused(error);
    if (refused === null) throw error;
    const { connection, attempt, next } = soFar;
    if (connection && attempt?.purpose === 'test') {
      const reason = `${refused.message} ${problems[refused.code].advice}${refused.said === null ? '' : ` The identity provider said: ${refused.said}`}`;
      await keepTestResult(services, { connection, attempt }, { outcome: 'refused', reason, claims: {}, mapped: null });
      return leadTo(testedPath(connection.id));
    }
    const happened = { error: refused, connection, reference: call.requestId, ip: call.ip, next };
    return leadTo(await problemAddress(services, happened));
  }
}

/** Brings a proof to its end: the session, its cookies, and where the person wanted to go. */
export async function completeSignOn(
  services: Services,
  call: WireCall,
  { connection, attempt, proof }: { connection: ConnectionRow; attempt: Attempt; proof: Proof },
): Promise<Response> {
  const replaces = await readConsoleMember(services)(call.c);
  const browser = { ip: call.ip, userAgent: call.userAgent, replaces };
  const { redirectTo, session } = await finishSignIn(services, { connection, attempt, proof, browser });
  const headers = new Headers();
  if (session) await setSignInCookies(services, headers, session);
  return leadTo(redirectTo, headers);
}

export const refuseChangedSettings = (connection: ConnectionRow, attempt: Attempt): void => {
  if (connection.settings_version !== attempt.settings_version) throw new SignOnRefused('settings-changed');
};

function ssoRoutes(services: Services): WireRoute[] {
  const readMember = readConsoleMember(services);
  const starts = rateLimit(services.db, { name: 'sso-start', points: startsPerQuarterHour, perSeconds: 15 * 60 });

  const start = (call: WireCall) =>
    answerSignOn(services, call, async (soFar) => {
      const { c, ip } = call;
      soFar.next = nextPath(c.req.query('next'), services.origin);
      if (!(await starts.take(addressKey(ip))).allowed) throw new SignOnRefused('too-many-attempts');
      const connection = (await findConnectionOfSignIn(services.db, c.req.query('connection') ?? '')) ?? null;
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
      if (more.length > 0 || state === '' || state.includes('\0')) throw new SignOnRefused('expired');
      const cookieHeader = c.req.header('cookie') ?? null;
      const taken = await takeAttempt(services, { state, connectionId, cookieHeader });
      soFar.attempt = taken.attempt;
      soFar.next = taken.attempt.next_path;
      const connection = (await findConnectionOfSignIn(services.db, connectionId)) ?? null;
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
