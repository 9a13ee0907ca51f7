import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  authorizePath,
  exchange,
  finishAuthorization,
  locationOf,
  pkcePair,
  refresh,
  signInByBrowser,
  startAuthorization,
  stockClientId,
  whoCalls,
} from '#testing/codex-sign-in.ts';
import { type SignInServer, startSignInServer } from '#testing/sign-in-server.ts';
import { seedMember } from '#testing/test-services.ts';
import { revokeGrantsOfMember, revokeGrantsOfWorkspace } from '../client-grants.ts';
import { purgeExpiredIdentity } from '../purge-expired.ts';

let server: SignInServer;
let memberId: string;

beforeAll(async () => {
  server = await startSignInServer();
  const { workspaceId } = server;
  memberId = await seedMember(server.services.db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
});
afterAll(() => server.close());

const later = (seconds: number) => server.services.setNow(new Date(Date.now() + seconds * 1000));
const codeOf = (answer: { json: () => { error?: unknown } }) => (answer.json().error as { code?: string }).code;
const events = async (event: string) =>
  (await server.services.db.selectFrom('audit_events').select('id').where('event', '=', event).execute()).length;

async function authorize() {
  const pair = pkcePair();
  const person = await server.person(memberId);
  const { uid } = await startAuthorization(server, person, authorizePath(pair.challenge));
  const back = await finishAuthorization(server, person, { uid });
  return { ...pair, code: back.searchParams.get('code') ?? '' };
}

describe('refresh', () => {
  it('rotates, as JSON and as form', async () => {
    const first = await signInByBrowser(server, memberId);
    const second = (await refresh(server, first.refresh_token)).json();
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const form = { grant_type: 'refresh_token', client_id: stockClientId, refresh_token: second.refresh_token ?? '' };
    const third = await server.send<{ access_token: string }>('/oauth/token', { form });
    expect(third.status).toBe(200);
    expect((await whoCalls(server, third.json().access_token)).status).toBe(200);
  });

  it('answers two processes that share one auth.json, and revokes the family when a token comes back later', async () => {
    const first = await signInByBrowser(server, memberId);
    const before = await events('refresh-token.reused');
    const both = await Promise.all([refresh(server, first.refresh_token), refresh(server, first.refresh_token)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    later(25);
    expect((await refresh(server, first.refresh_token)).status).toBe(200);
    later(31);
    const reused = await refresh(server, first.refresh_token);
    expect([reused.status, codeOf(reused)]).toEqual([401, 'refresh_token_reused']);
    server.services.setNow(null);
    const newest = both[0]?.json();
    const invalidated = await refresh(server, newest?.refresh_token ?? '');
    expect([invalidated.status, codeOf(invalidated)]).toEqual([401, 'refresh_token_invalidated']);
    expect((await whoCalls(server, newest?.access_token ?? '')).status).toBe(401);
    expect(await events('refresh-token.reused')).toBe(before + 1);
  });

  it('says expired, revoked or unknown in the words the client has sentences for', async () => {
    const { refresh_token } = await signInByBrowser(server, memberId);
    later(31 * 24 * 60 * 60);
    const expired = await refresh(server, refresh_token);
    server.services.setNow(null);
    expect([expired.status, codeOf(expired)]).toEqual([401, 'refresh_token_expired']);
    const unknown = await refresh(server, 'nothing-we-made');
    expect([unknown.status, unknown.json().error]).toEqual([400, 'invalid_grant']);
  });

  it.each([
    ['a member', () => revokeGrantsOfMember],
    ['a workspace', () => revokeGrantsOfWorkspace],
  ] as const)('fails as invalidated after everything of %s was revoked', async (_of, pick) => {
    const tokens = await signInByBrowser(server, memberId);
    const revocation = { workspaceId: server.workspaceId, memberId, at: new Date(), because: 'local-off' as const };
    const ended = await server.services.db.transaction().execute((tx) => pick()(tx, revocation));
    expect(ended).toBeGreaterThan(0);
    const answer = await refresh(server, tokens.refresh_token);
    expect([answer.status, codeOf(answer)]).toEqual([401, 'refresh_token_invalidated']);
    expect((await whoCalls(server, tokens.access_token)).json().error?.code).toBe('token-invalid');
    expect((await signInByBrowser(server, memberId)).access_token).toBeTruthy();
  });

  it('ends the sign-in of somebody who may not use Codex any more', async () => {
    const { refresh_token } = await signInByBrowser(server, memberId);
    const { db } = server.services;
    await db.updateTable('workspaces').set({ codex_local_enabled: false }).execute();
    const off = await refresh(server, refresh_token);
    await db.updateTable('workspaces').set({ codex_local_enabled: true }).execute();
    expect([off.status, codeOf(off)]).toEqual([401, 'refresh_token_invalidated']);
    expect(codeOf(await refresh(server, refresh_token))).toBe('refresh_token_invalidated');
  });

  it('is forgotten long after its expiry only, codes and interactions soon', async () => {
    const { refresh_token } = await signInByBrowser(server, memberId);
    const models = async () => {
      const rows = await server.services.db.selectFrom('oauth_artifacts').select('model').distinct().execute();
      return rows.map(({ model }) => model).sort();
    };
    later(60 * 24 * 60 * 60);
    await purgeExpiredIdentity(server.services);
    expect(codeOf(await refresh(server, refresh_token))).toBe('refresh_token_expired');
    expect(await models()).toEqual(['Grant', 'RefreshToken']);
    later(3 * 365 * 24 * 60 * 60);
    await purgeExpiredIdentity(server.services);
    server.services.setNow(null);
    expect(await models()).toEqual([]);
  });

  it('is bound to the client', async () => {
    const { refresh_token } = await signInByBrowser(server, memberId);
    const json = { client_id: 'reeve-cli', grant_type: 'refresh_token', refresh_token };
    expect((await server.send('/oauth/token', { json })).status).toBe(400);
    expect((await refresh(server, refresh_token)).status).toBe(200);
  });
});

describe('sign-out by the client', () => {
  it.each(['json', 'form'] as const)('ends the sign-in (%s)', async (encoding) => {
    const tokens = await signInByBrowser(server, memberId);
    const body = { token: tokens.refresh_token, token_type_hint: 'refresh_token', client_id: stockClientId };
    expect((await server.send('/oauth/revoke', { [encoding]: body })).status).toBe(200);
    expect((await whoCalls(server, tokens.access_token)).status).toBe(401);
    expect(codeOf(await refresh(server, tokens.refresh_token))).toBe('refresh_token_invalidated');
  });

  it('answers 200 for a token it does not know, and refuses a client it does not know', async () => {
    const json = { token: 'unknown', client_id: stockClientId };
    expect((await server.send('/oauth/revoke', { json })).status).toBe(200);
    const tokens = await signInByBrowser(server, memberId);
    const other = { token: tokens.refresh_token, client_id: 'app_other' };
    expect((await server.send('/oauth/revoke', { json: other })).status).toBe(401);
    expect((await whoCalls(server, tokens.access_token)).status).toBe(200);
  });

  it('ends a sign-in made with another client id, as `codex logout` asks', async () => {
    const tokens = await signInByBrowser(server, memberId);
    await server.send('/oauth/revoke', { json: { token: tokens.refresh_token, client_id: 'reeve-cli' } });
    expect((await whoCalls(server, tokens.access_token)).status).toBe(401);
  });
});

describe('attacks on the browser flow', () => {
  it('revokes the tokens of a code that comes a second time', async () => {
    const { code, verifier } = await authorize();
    const tokens = (await exchange(server, { code, code_verifier: verifier })).json();
    const again = await exchange(server, { code, code_verifier: verifier });
    expect([again.status, again.json().error]).toEqual([400, 'invalid_grant']);
    expect((await whoCalls(server, tokens.access_token)).status).toBe(401);
    expect(codeOf(await refresh(server, tokens.refresh_token))).toBe('refresh_token_invalidated');
  });

  it('refuses a wrong or missing verifier and another redirect', async () => {
    const { code, verifier } = await authorize();
    const wrong: Record<string, string>[] = [
      { code, code_verifier: pkcePair().verifier },
      { code },
      { code, code_verifier: verifier, redirect_uri: 'http://127.0.0.1:1457/auth/callback' },
      { code, code_verifier: verifier, client_id: 'reeve-cli' },
    ];
    for (const form of wrong) expect((await exchange(server, form)).status).toBe(400);
    expect((await exchange(server, { code, code_verifier: verifier })).status).toBe(200);
  });

  it.each([
    ['no PKCE', { code_challenge: null, code_challenge_method: null }],
    ['plain PKCE', { code_challenge_method: 'plain' }],
    ['another response type', { response_type: 'token' }],
  ])('returns to the client with an error: %s', async (_what, changes) => {
    const person = await server.person(memberId);
    const answer = await person.send(authorizePath(pkcePair().challenge, changes));
    const back = locationOf(answer, server.origin);
    expect(back.host).toBe('127.0.0.1:1455');
    expect(`${back.search}${back.hash}`).toContain('error=');
  });

  it.each([
    ['a redirect elsewhere', { redirect_uri: 'https://evil.example/auth/callback' }],
    ['a redirect to another path', { redirect_uri: 'http://127.0.0.1:1455/steal' }],
    ['a loopback look-alike', { redirect_uri: 'http://127.0.0.1.evil.example/auth/callback' }],
    ['an unknown client', { client_id: 'app_other' }],
    ['a NUL character', { state: 'a\0b' }],
  ])('shows an error and redirects nowhere: %s', async (_what, changes) => {
    const person = await server.person(memberId);
    const answer = await person.send(authorizePath(pkcePair().challenge, changes));
    expect(answer.status).toBe(400);
    expect(answer.headers.location).toBeUndefined();
  });

  it('does not let a link that was sent to somebody be approved by them', async () => {
    const attacker = await server.person(null);
    const { uid } = await startAuthorization(server, attacker, authorizePath(pkcePair().challenge));
    const victim = await server.person(memberId);
    expect((await victim.send(`/api/v1/authorizations/${uid}`)).status).toBe(410);
    const approved = await victim.send(`/api/v1/authorizations/${uid}/approval`, { json: {} });
    expect(approved.status).toBe(410);
    expect((await attacker.send(`/oauth/authorize/${uid}`)).headers.location ?? '').not.toContain('code=');
  });

  it('lets an approval be used in the browser it was given in only, and once', async () => {
    const person = await server.person(memberId);
    const { uid } = await startAuthorization(server, person, authorizePath(pkcePair().challenge));
    const approve = () => person.send<{ redirectTo: string }>(`/api/v1/authorizations/${uid}/approval`, { json: {} });
    const { redirectTo } = (await approve()).json();
    expect((await approve()).status).toBe(410);
    const stranger = await (await server.person(memberId)).send(redirectTo);
    expect([stranger.status, stranger.headers.location]).toEqual([400, undefined]);
    expect((await person.send(redirectTo)).headers.location).toContain('code=');
    expect((await person.send(redirectTo)).headers.location).toBeUndefined();
  });

  it('refuses a page of another site that answers for the person', async () => {
    const person = await server.person(memberId);
    const { uid } = await startAuthorization(server, person, authorizePath(pkcePair().challenge));
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const answer = await person.send(`/api/v1/authorizations/${uid}/approval`, { json: {}, headers });
    expect(answer.status).toBe(403);
  });

  it('sends a browser that came under another name to our own', async () => {
    const path = authorizePath(pkcePair().challenge);
    const answer = await server.send(path, { headers: { host: 'auth.openai.com' } });
    expect([answer.status, answer.headers.location]).toEqual([302, `${server.origin}${path}`]);
  });
});
