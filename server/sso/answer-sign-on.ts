import { isReeveError } from '#server/fail.ts';
import type { WireCall } from '#server/http/wire-routes.ts';
import { readConsoleMember, setSignInCookies } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import type { Attempt } from './attempt-queries.ts';
import type { ConnectionRow } from './connection-queries.ts';
import { finishSignIn, keepTestResult, type Proof, testedPath } from './finish-sign-in.ts';
import { problems, SignOnRefused } from './problems.ts';
import { problemAddress } from './tell-problem.ts';

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
