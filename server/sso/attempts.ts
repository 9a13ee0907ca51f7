import { newId } from '#server/crypto/ids.ts';
import { hashToken, mintToken, sameText } from '#server/crypto/token-hash.ts';
import { readCookie, setCookie } from '#server/http/cookies.ts';
import type { Services } from '#server/services.ts';
import { type Attempt, consumeAttempt, findAttempt, insertAttempt } from './attempt-queries.ts';
import type { ConnectionRow } from './connection-queries.ts';
import { SignOnRefused } from './problems.ts';

/** Proof that the browser which comes back is the one that started; shared by all its tabs. */
const browserCookie = '__Host-reeve_sso';
const attemptSeconds = 15 * 60;
const looksMinted = /^sso-[A-Za-z0-9_-]{43}$/;

export interface NewAttempt {
  connection: Pick<ConnectionRow, 'id' | 'workspace_id' | 'settings_version'>;
  purpose: Attempt['purpose'];
  /** A path of the console: see `nextPath`. */
  next: string;
  memberId: string | null;
  cookieHeader: string | null;
  /** Where the browser's cookie is set. */
  responseHeaders: Headers;
  /** SAML: the id of the AuthnRequest. */
  requestId?: string;
}

export interface AttemptSecrets {
  nonce: string;
  codeVerifier: string;
}

/** What only the browser's cookie gives: the table cannot finish a sign-in. 43 characters, as RFC 7636 §4.1 wants of a verifier. */
const secretsOf = (browserToken: string, state: string): AttemptSecrets => ({
  nonce: hashToken(`nonce ${browserToken} ${state}`),
  codeVerifier: hashToken(`code verifier ${browserToken} ${state}`),
});

const readBrowserToken = (cookieHeader: string | null): string | null => {
  const token = readCookie(cookieHeader, browserCookie);
  return token !== null && looksMinted.test(token) ? token : null;
};

/** Remembers that this browser goes to the identity provider, and sets the cookie it has to come back with. */
export async function startAttempt(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { connection, purpose, next, memberId, cookieHeader, responseHeaders, requestId }: NewAttempt,
): Promise<{ state: string } & AttemptSecrets> {
  const browserToken = readBrowserToken(cookieHeader) ?? mintToken('sso-').token;
  setCookie(responseHeaders, browserCookie, browserToken, { maxAgeSeconds: attemptSeconds });
  const state = mintToken('').token;
  const at = clock();
  await insertAttempt(db, {
    id: newId('sat'),
    workspace_id: connection.workspace_id,
    connection_id: connection.id,
    settings_version: connection.settings_version,
    purpose,
    state_hash: hashToken(state),
    browser_hash: hashToken(browserToken),
    request_id_hash: requestId === undefined ? null : hashToken(requestId),
    next_path: next,
    member_id: memberId,
    created_at: at,
    expires_at: new Date(at.getTime() + attemptSeconds * 1000),
    used_at: null,
  });
  return { state, ...secretsOf(browserToken, state) };
}

/**
 * The attempt behind an answer, used up by this. Anybody can make a browser open an answer; only the one that asked has the cookie.
 * @throws SignOnRefused expired, wrong-browser
 */
export async function takeAttempt(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { state, connectionId, cookieHeader }: { state: string; connectionId: string; cookieHeader: string | null },
): Promise<{ attempt: Attempt } & AttemptSecrets> {
  const attempt = await findAttempt(db, { stateHash: hashToken(state), connectionId });
  if (!attempt) throw new SignOnRefused('expired');
  const browserToken = readBrowserToken(cookieHeader);
  if (browserToken === null || !sameText(hashToken(browserToken), attempt.browser_hash))
    throw new SignOnRefused('wrong-browser');
  if (!(await consumeAttempt(db, attempt.id, clock()))) throw new SignOnRefused('expired');
  return { attempt, ...secretsOf(browserToken, state) };
}
