import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localOffMessage } from '#contract/errors.ts';
import {
  authorizePath,
  exchange,
  finishAuthorization,
  locationOf,
  loopback,
  pkcePair,
  signInByBrowser,
  startAuthorization,
  stockClientId,
  whoCalls,
} from '#testing/codex-sign-in.ts';
import { type SignInServer, startSignInServer } from '#testing/sign-in-server.ts';
import { seedMember } from '#testing/test-services.ts';

let server: SignInServer;
let memberId: string;

beforeAll(async () => {
  server = await startSignInServer();
  const { workspaceId } = server;
  memberId = await seedMember(server.services.db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
});
afterAll(() => server.close());

const setLocal = (isOn: boolean) =>
  server.services.db.updateTable('workspaces').set({ codex_local_enabled: isOn }).execute();

/** Up to the code. */
async function authorize(changes: Record<string, string | null> = {}) {
  const pair = pkcePair();
  const person = await server.person(memberId);
  const { uid } = await startAuthorization(server, person, authorizePath(pair.challenge, changes));
  const back = await finishAuthorization(server, person, { uid });
  return { ...pair, back, code: back.searchParams.get('code') ?? '' };
}

describe('a browser sign-in', () => {
  it('hands the client the claims it reads', async () => {
    const tokens = await signInByBrowser(server, memberId);
    const auth = {
      chatgpt_account_id: server.workspaceId,
      chatgpt_plan_type: 'enterprise',
      chatgpt_user_id: memberId,
      user_id: memberId,
    };
    for (const token of [tokens.access_token, tokens.id_token]) {
      const claims = decodeJwt(token);
      expect(claims['https://api.openai.com/auth']).toEqual(auth);
      expect(claims['https://api.openai.com/profile']).toEqual({ email: 'grace@example.com' });
      expect(claims).toMatchObject({ email: 'grace@example.com', iss: server.origin, sub: memberId });
    }
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    expect(tokens.refresh_token.length).toBeGreaterThan(40);
    const who = await whoCalls(server, tokens.access_token, { 'chatgpt-account-id': server.workspaceId });
    expect(who.json()).toMatchObject({ memberId, credential: 'codex-sign-in', permissions: expect.any(Array) });
  });

  it('shows what asks, and returns state and code to the loopback address the client named', async () => {
    for (const redirect of [loopback, 'http://localhost:1457/auth/callback', 'http://127.0.0.1:49152/auth/callback']) {
      const person = await server.person(memberId);
      const path = authorizePath(pkcePair().challenge, { redirect_uri: redirect });
      const { uid } = await startAuthorization(server, person, path);
      const shown = await person.send(`/api/v1/authorizations/${uid}`);
      expect(shown.json()).toMatchObject({
        client: 'Codex CLI',
        redirectHost: new URL(redirect).host,
        workspaceName: 'Example Ltd',
        refusal: null,
      });
      const back = await finishAuthorization(server, person, { uid });
      expect(`${back.origin}${back.pathname}`).toBe(redirect);
      expect(back.searchParams.get('state')).toBe('state-of-the-client');
      expect(back.searchParams.get('code')).toBeTruthy();
    }
  });

  it('asks again for the next sign-in in the same browser', async () => {
    const person = await server.person(memberId);
    const first = await startAuthorization(server, person, authorizePath(pkcePair().challenge));
    await finishAuthorization(server, person, first);
    const second = await startAuthorization(server, person, authorizePath(pkcePair().challenge));
    expect(second.uid).not.toBe(first.uid);
  });

  it('keeps no token, code or sign-in id in clear', async () => {
    const { code, verifier } = await authorize();
    const tokens = (await exchange(server, { code, code_verifier: verifier })).json();
    const rows = await server.services.db.selectFrom('oauth_artifacts').selectAll().execute();
    const stored = JSON.stringify(rows);
    for (const secret of [code, tokens.refresh_token, tokens.access_token]) expect(stored).not.toContain(secret);
  });

  it('answers the token exchange for an API key with 400, as the client expects', async () => {
    const { id_token } = await signInByBrowser(server, memberId);
    const answer = await server.send('/oauth/token', {
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        client_id: stockClientId,
        requested_token: 'openai-api-key',
        subject_token: id_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      },
    });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ error: 'unsupported_grant_type' });
  });

  it('records who let which client in', async () => {
    const events = await server.services.db
      .selectFrom('audit_events')
      .select(['event', 'actor_id', 'subject_label'])
      .where('event', '=', 'client.authorized')
      .execute();
    expect(events[0]).toMatchObject({ actor_id: memberId, subject_label: 'Codex CLI' });
  });
});

describe('a refused browser sign-in', () => {
  const descriptionOf = (url: URL) => url.searchParams.get('error_description');

  it('tells the client that the person said no', async () => {
    const person = await server.person(memberId);
    const { uid } = await startAuthorization(server, person, authorizePath(pkcePair().challenge));
    const back = await finishAuthorization(server, person, { uid, verb: 'denial' });
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(descriptionOf(back)).toBe('The sign-in was denied in the browser.');
    expect(back.searchParams.get('state')).toBe('state-of-the-client');
  });

  it('refuses before anybody signs in while Codex Local is off', async () => {
    await setLocal(false);
    const person = await server.person(null);
    const back = locationOf(await person.send(authorizePath(pkcePair().challenge)), server.origin);
    await setLocal(true);
    expect(back.origin).toBe('http://127.0.0.1:1455');
    expect(descriptionOf(back)).toBe(localOffMessage);
  });

  it('refuses at approval when Codex Local went off meanwhile, with the same words for person and client', async () => {
    const person = await server.person(memberId);
    const { uid } = await startAuthorization(server, person, authorizePath(pkcePair().challenge));
    await setLocal(false);
    const shown = (await person.send<{ refusal: string }>(`/api/v1/authorizations/${uid}`)).json();
    const approved = await person.send<{ code: string }>(`/api/v1/authorizations/${uid}/approval`, { json: {} });
    const back = await finishAuthorization(server, person, { uid, verb: 'denial' });
    await setLocal(true);
    expect(shown.refusal).toBe(localOffMessage);
    expect(approved.status).toBe(403);
    expect(approved.json().code).toBe('local-off');
    expect(descriptionOf(back)).toBe(localOffMessage);
  });

  it('refuses the code at the token endpoint when Codex Local went off after the approval', async () => {
    const { code, verifier } = await authorize();
    await setLocal(false);
    const answer = await exchange(server, { code, code_verifier: verifier });
    await setLocal(true);
    expect(answer.status).toBe(403);
    expect(answer.json()).toEqual({ error: 'access_denied', error_description: localOffMessage });
    const again = await exchange(server, { code, code_verifier: verifier });
    expect(again.status).toBe(400);
  });

  it('refuses a machine that is bound to another workspace', async () => {
    const path = (ids: string) => authorizePath(pkcePair().challenge, { allowed_workspace_id: ids });
    const person = await server.person(memberId);
    const back = locationOf(await person.send(path('ws_another')), server.origin);
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(descriptionOf(back)).toContain('ws_another');
    await startAuthorization(server, person, path(`ws_another,${server.workspaceId}`));
  });
});
