import type { TestResult } from '#contract/sso.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { changeDirectory, findMember } from '#server/directory/index.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import { freshForMs, logoutHintPlace, startSession } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import { findLinkedMember, findMemberByAddress } from './account-queries.ts';
import type { Attempt } from './attempt-queries.ts';
import { type ConnectionRow, holdConnection, updateConnection } from './connection-queries.ts';
import { type Decision, decideSignIn, showsSecondFactor } from './decide-sign-in.ts';
import { findVerifiedDomain } from './domain-queries.ts';
import { byConnection, enterBySignOn, groupsByMapping } from './join-by-sign-on.ts';
import { type Claims, domainOf, type MappedClaims, mapClaims } from './map-claims.ts';
import { problems, SignOnRefused } from './problems.ts';

export type FinishServices = Pick<Services, 'db' | 'clock' | 'secrets' | 'signals'>;

/** What a protocol has proved about somebody, before anything of this workspace is asked. */
export interface Proof {
  /** Never given to somebody else by the identity provider. */
  subject: string;
  claims: Claims;
  /** Null: it does not say. */
  emailVerified: boolean | null;
  amr: readonly string[];
  acr: string | null;
  authenticatedAt: Date | null;
  /** When its own session ends; null: it does not say. */
  sessionEndsAt: Date | null;
  /** What the identity provider wants back to end its own session; opaque here. */
  logoutHint: string | null;
}

export interface Arrival {
  connection: ConnectionRow;
  attempt: Attempt;
  proof: Proof;
  browser: { ip: string | null; userAgent: string | null; replaces: SignedInMember | null };
}

export interface Finished {
  /** A path of the console. */
  redirectTo: string;
  /** For `setSignInCookies`; null after a test. */
  session: { token: string; memberId: string } | null;
}

export const testedPath = (connectionId: string): string => `/single-sign-on/${connectionId}?tested=1`;

async function decide(
  db: Database,
  { connection, proof }: Pick<Arrival, 'connection' | 'proof'>,
): Promise<{ mapped: MappedClaims; decision: Decision; isSecondFactor: boolean }> {
  const isSecondFactor = showsSecondFactor(connection.required_context, proof);
  const mapped = mapClaims(connection.claims, proof.claims);
  const { id: connectionId, workspace_id: workspaceId } = connection;
  const { email } = mapped;
  const linked = await findLinkedMember(db, { connectionId, subject: proof.subject });
  const same = email === null ? undefined : await findMemberByAddress(db, { workspaceId, email, connectionId });
  const domain = email === null ? undefined : await findVerifiedDomain(db, workspaceId, domainOf(email));
  const decision = decideSignIn({
    mapped,
    emailVerified: proof.emailVerified,
    connectionId,
    domain: domain ? { connectionId: domain.connection_id } : null,
    linked: linked ?? null,
    sameEmail: same ? { ...same, isLinkedElsewhere: same.subject !== null } : null,
    justInTime: connection.just_in_time,
  });
  return { mapped, decision, isSecondFactor };
}

/** Tokens and what only the protocol needs are nobody's business on a page. */
const hiddenClaims = new Set(['nonce', 'at_hash', 'c_hash', 's_hash', 'access_token', 'id_token', 'refresh_token']);
const shownClaims = (claims: Claims): Record<string, unknown> =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !hiddenClaims.has(name)));

async function mappedForTest(
  db: Database,
  arrival: Pick<Arrival, 'connection' | 'proof'>,
): Promise<Pick<TestResult, 'mapped' | 'outcome' | 'reason'>> {
  const { connection, proof } = arrival;
  try {
    const { mapped, decision } = await decide(db, arrival);
    const { all, wanted } = groupsByMapping(connection.group_mappings, mapped.groups);
    const groupIds = all.filter((id) => wanted.has(id));
    const { outcome, because } = decision;
    return { outcome: 'works', reason: null, mapped: { ...mapped, outcome, because, groupIds } };
  } catch (error) {
    if (!(error instanceof SignOnRefused)) throw error;
    // The protocol works; this person would not get in, which is what a test is there to show.
    const isPersonal =
      error.code !== 'context-missing' && error.code !== 'groups-overage' && error.code !== 'email-missing';
    const names = mapClaims({ ...connection.claims, groups: null }, proof.claims);
    const refused = { ...names, outcome: 'refused' as const, because: error.message, groupIds: [] };
    return {
      outcome: isPersonal ? 'works' : 'refused',
      reason: isPersonal ? null : `${error.message} ${problems[error.code].advice}`,
      mapped: refused,
    };
  }
}

/** Keeps what a test showed, unless the settings it was for are no longer those. */
export async function keepTestResult(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { connection, attempt }: Pick<Arrival, 'connection' | 'attempt'>,
  result: Omit<TestResult, 'at' | 'by'>,
): Promise<void> {
  const tester = await findMember(db, connection.workspace_id, attempt.member_id ?? '');
  const by = tester ? `${tester.name} <${tester.email}>` : 'a former member';
  const full: TestResult = { at: clock().toISOString(), by, ...result };
  await updateConnection(db, connection.id, {
    last_test: JSON.stringify(full),
    tested_version: attempt.settings_version,
  });
}

async function finishTest(services: FinishServices, arrival: Arrival): Promise<Finished> {
  const { connection, proof } = arrival;
  const result = await mappedForTest(services.db, arrival);
  await keepTestResult(services, arrival, { ...result, claims: shownClaims(proof.claims) });
  return { redirectTo: testedPath(connection.id), session: null };
}

/** The index of PostgreSQL holds no longer names. OpenID Connect Core §2 allows 255 bytes, besides the issuer. */
const mostSubjectBytes = 2500;

/** Neither text nor jsonb of PostgreSQL can hold U+0000 or half of a character, and no honest claim does. */
function refuseUnstorable({ subject, claims }: Proof): void {
  // JSON escapes both, and a backslash of the text itself as two.
  const written = JSON.stringify([subject, claims]).replaceAll('\\\\', '');
  const message = /\\u(?:0000|d[89a-f])/.test(written)
    ? 'A claim of the identity provider holds a NUL character, or half of a character.'
    : Buffer.byteLength(subject) > mostSubjectBytes && 'The identity provider’s name for this person is too long.';
  if (message) throw new SignOnRefused('answer-invalid', { message });
}

/** As it is now that the identity provider has been asked. Sign-ons by one connection come one after the other from here on. */
async function holdEnabled(tx: Database, { connection, attempt }: Arrival): Promise<ConnectionRow> {
  const held = await holdConnection(tx, connection.id);
  if (held?.status !== 'enabled') throw new SignOnRefused('connection-off');
  if (held.settings_version !== attempt.settings_version) throw new SignOnRefused('settings-changed');
  return held;
}

/** Whoever confirms who they are has to be the one who is signed in. */
function refuseOtherMember({ purpose, member_id }: Attempt, decision: Decision): void {
  if (purpose === 'step-up' && (decision.outcome === 'would-join' || decision.memberId !== member_id))
    throw new SignOnRefused('other-member');
}

/**
 * The end of every sign-on, whichever protocol: who this is here, whether they may enter, their groups, the session. A test changes
 * nobody and keeps what it saw.
 * @throws SignOnRefused
 */
export async function finishSignIn(services: FinishServices, arrival: Arrival): Promise<Finished> {
  const { connection, attempt, proof, browser } = arrival;
  refuseUnstorable(proof);
  if (attempt.purpose === 'test') return finishTest(services, arrival);
  if (connection.status !== 'enabled') throw new SignOnRefused('connection-off');
  const { clock, secrets, signals } = services;
  const sessionId = newId('ses');
  const sealedLogoutHint =
    proof.logoutHint === null ? null : await secrets.seal(proof.logoutHint, logoutHintPlace(sessionId));
  const at = clock();
  const inDirectory = { workspaceId: connection.workspace_id, actor: byConnection(connection), mayUnmakeOwner: false };
  const entered = await changeDirectory(services, inDirectory, async (change) => {
    const { tx } = change;
    const held = await holdEnabled(tx, arrival);
    const { mapped, decision, isSecondFactor } = await decide(tx, { connection: held, proof });
    refuseOtherMember(attempt, decision);
    const secondFactorAt = isSecondFactor ? shownAt(proof, at) : null;
    const { memberId, hasLeftGroup } = await enterBySignOn(change, {
      connection: held,
      subject: proof.subject,
      mapped,
      decision,
      at,
    });
    const signOn = { sessionId, connectionId: connection.id, sealedLogoutHint, endsAt: proof.sessionEndsAt };
    const { token } = await startSession(tx, { memberId, at, ...browser, because: 'sso', secondFactorAt, signOn });
    await updateConnection(tx, connection.id, { last_used_at: at });
    return { token, memberId, hasLeftGroup };
  });
  const { token, memberId, hasLeftGroup } = entered;
  if (hasLeftGroup)
    signals.emit('access-changed', { workspaceId: connection.workspace_id, memberId, because: 'settings' });
  return { redirectTo: attempt.next_path, session: { token, memberId } };
}

/**
 * A sign-in that the identity provider remembered from this morning does not count as a second factor shown now, nor does one of which
 * it does not say when it was: else whoever is to confirm something would get past it by signing on again, without being asked anything.
 */
function shownAt({ authenticatedAt }: Proof, at: Date): Date {
  if (authenticatedAt === null || authenticatedAt.getTime() < 0) return new Date(at.getTime() - freshForMs);
  return authenticatedAt < at ? authenticatedAt : at;
}
