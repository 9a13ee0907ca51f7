import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#server/crypto/ids.ts';
import { mintToken } from '#server/crypto/token-hash.ts';
import { refresh, signInByBrowser, type TokenAnswer, whoCalls } from '#testing/codex-sign-in.ts';
import { type SignInServer, startSignInServer } from '#testing/sign-in-server.ts';
import { seedMember } from '#testing/test-services.ts';
import { openSigningKeys, rotateSigningKeys } from './signing-keys.ts';

let server: SignInServer;
let memberId: string;
let tokens: TokenAnswer;

beforeAll(async () => {
  server = await startSignInServer();
  const { workspaceId } = server;
  memberId = await seedMember(server.services.db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
  tokens = await signInByBrowser(server, memberId);
});
afterAll(() => server.close());

const setStatus = (status: 'active' | 'suspended') =>
  server.services.db.updateTable('members').set({ status }).where('id', '=', memberId).execute();
const later = (seconds: number) => server.services.setNow(new Date(Date.now() + seconds * 1000));

async function refusalOf(token: string, headers: Record<string, string> = {}) {
  const answer = await whoCalls(server, token, headers);
  return `${answer.status} ${answer.json().error?.code}`;
}

async function seedToken(kind: 'personal-access-token' | 'api-key', expiresAt: Date | null = null): Promise<string> {
  const { token, hash } = mintToken(kind === 'api-key' ? 'sk-reeve-' : 'at-');
  const row = {
    id: newId('tok'),
    workspace_id: server.workspaceId,
    member_id: memberId,
    kind,
    name: 'CI',
    hint: 'at-x',
  };
  const times = { created_at: new Date(), expires_at: expiresAt, last_used_at: null, revoked_at: null };
  await server.services.db
    .insertInto('access_tokens')
    .values({ ...row, ...times, token_hash: hash })
    .execute();
  return token;
}

describe('the credential of a client', () => {
  it('is an access token, with its workspace named or not', async () => {
    const who = await whoCalls(server, tokens.access_token);
    expect(who.json()).toMatchObject({ memberId, workspaceId: server.workspaceId, credential: 'codex-sign-in' });
    const wrong = await refusalOf(tokens.access_token, { 'chatgpt-account-id': 'ws_another' });
    expect(wrong).toBe('401 token-invalid');
  });

  it('is never the id token, which the client shows in an address bar', async () => {
    expect(await refusalOf(tokens.id_token)).toBe('401 token-invalid');
  });

  it('is refused at the next request after suspension, and let in again afterwards', async () => {
    await setStatus('suspended');
    expect(await refusalOf(tokens.access_token)).toBe('401 token-invalid');
    await setStatus('active');
    expect((await whoCalls(server, tokens.access_token)).status).toBe(200);
  });

  it('is refused after its expiry', async () => {
    later(60 * 60 + 5);
    expect(await refusalOf(tokens.access_token)).toBe('401 token-expired');
    server.services.setNow(null);
  });

  it('still works while Codex Local is off: policy and accounts must answer', async () => {
    const { db } = server.services;
    await db.updateTable('workspaces').set({ codex_local_enabled: false }).execute();
    const who = await whoCalls(server, tokens.access_token);
    await db.updateTable('workspaces').set({ codex_local_enabled: true }).execute();
    expect(who.status).toBe(200);
  });

  it('names its holder while local off has ended the sign-in, so that the gateway can say why; not after it is on again', async () => {
    const { db } = server.services;
    const setLocal = (isOn: boolean) => db.updateTable('workspaces').set({ codex_local_enabled: isOn }).execute();
    const setRevoked = (revoked: { revoked_at: Date | null; revoked_because: string | null }) =>
      db.updateTable('client_grants').set(revoked).execute();
    await setLocal(false);
    await setRevoked({ revoked_at: new Date(), revoked_because: 'local-off' });
    expect((await whoCalls(server, tokens.access_token)).status).toBe(200);
    await setRevoked({ revoked_at: new Date(), revoked_because: 'signed-out-everywhere' });
    expect(await refusalOf(tokens.access_token)).toBe('401 token-invalid');
    await setRevoked({ revoked_at: new Date(), revoked_because: 'local-off' });
    await setLocal(true);
    expect(await refusalOf(tokens.access_token)).toBe('401 token-invalid');
    await setRevoked({ revoked_at: null, revoked_because: null });
  });

  it('cannot be forged', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const [current] = await openSigningKeys(server.services).all();
    const claims = decodeJwt(tokens.access_token);
    const forge = (header: Record<string, unknown>) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header }).sign(privateKey);
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const changed = tokens.access_token
      .split('.')
      .with(1, part({ ...claims, sub: server.ownerId }))
      .join('.');
    const forged = [
      await forge({ kid: current?.kid }),
      await forge({ kid: 'another' }),
      await forge({}),
      await forge({ kid: current?.kid, jwk: await exportJWK(publicKey) }),
      `${part({ alg: 'none', typ: 'at+jwt', kid: current?.kid })}.${part(claims)}.`,
      changed,
    ];
    for (const token of forged) expect(await refusalOf(token)).toBe('401 token-invalid');
  });

  it.each([
    'x',
    '..',
    'a.b.c',
    'at-',
    'at-unknown',
    'sk-reeve-unknown',
    'eyJhbGciOiJFUzI1NiJ9..',
    `${'a'.repeat(5000)}.b.c`,
  ])('is refused when it is %s', async (token) => {
    expect(await refusalOf(token)).toBe('401 token-invalid');
  });

  it('is required', async () => {
    expect((await server.send('/backend-api/who')).status).toBe(401);
    expect((await server.send('/backend-api/who', { headers: { authorization: 'Basic YTpi' } })).status).toBe(401);
  });

  it('notes its last use at most once a minute', async () => {
    const lastUsed = async () => {
      const rows = await server.services.db.selectFrom('client_grants').select('last_used_at').execute();
      return rows.map(({ last_used_at: at }) => at?.getTime());
    };
    const before = await lastUsed();
    later(70);
    await whoCalls(server, tokens.access_token);
    await expect.poll(lastUsed).not.toEqual(before);
    const first = await lastUsed();
    later(100);
    await whoCalls(server, tokens.access_token);
    expect(await lastUsed()).toEqual(first);
    later(140);
    await whoCalls(server, tokens.access_token);
    await expect.poll(lastUsed).not.toEqual(first);
    server.services.setNow(null);
  });
});

describe('personal access tokens', () => {
  const whoami = (token: string) =>
    server.send('/api/accounts/v1/user-auth-credential/whoami', { headers: { authorization: `Bearer ${token}` } });

  it('tell the client who holds them, exactly as it expects', async () => {
    const answer = await whoami(await seedToken('personal-access-token'));
    expect(answer.json()).toEqual({
      email: 'grace@example.com',
      chatgpt_user_id: memberId,
      chatgpt_account_id: server.workspaceId,
      chatgpt_plan_type: 'enterprise',
      chatgpt_account_is_fedramp: false,
    });
  });

  it('are refused when expired, unknown, of a suspended member, or another kind of credential', async () => {
    const good = await seedToken('personal-access-token');
    const bad = [await seedToken('personal-access-token', new Date(0)), 'at-nothing', await seedToken('api-key')];
    for (const token of [...bad, tokens.access_token]) expect((await whoami(token)).status).toBe(401);
    await setStatus('suspended');
    expect((await whoami(good)).status).toBe(401);
    await setStatus('active');
  });
});

describe('signing keys', () => {
  const publishedKids = async () => {
    const answer = await server.send<{ keys: Record<string, unknown>[] }>('/oauth/jwks');
    const { keys } = answer.json();
    for (const key of keys) expect(key).not.toHaveProperty('d');
    return keys.map(({ kid }) => kid);
  };

  it('are announced', async () => {
    const discovered = (await server.send('/.well-known/openid-configuration')).json();
    expect(discovered).toMatchObject({
      issuer: server.origin,
      jwks_uri: `${server.origin}/oauth/jwks`,
      authorization_endpoint: `${server.origin}/oauth/authorize`,
      token_endpoint: `${server.origin}/oauth/token`,
      revocation_endpoint: `${server.origin}/oauth/revoke`,
      code_challenge_methods_supported: ['S256'],
    });
  });

  it('rotate: old tokens work until they expire, new ones are signed with the new key', async () => {
    const old = await signInByBrowser(server, memberId);
    const [oldKid] = await publishedKids();
    const { kid } = await rotateSigningKeys(server.services);
    later(61);
    expect(await publishedKids()).toEqual([kid, oldKid]);
    expect((await whoCalls(server, old.access_token)).status).toBe(200);
    const fresh = (await refresh(server, old.refresh_token)).json();
    expect(decodeProtectedHeader(fresh.access_token ?? '').kid).toBe(kid);
    expect(decodeProtectedHeader(old.access_token).kid).toBe(oldKid);
    expect((await whoCalls(server, fresh.access_token ?? '')).status).toBe(200);
    later(3 * 60 * 60);
    expect(await publishedKids()).toEqual([kid]);
    server.services.setNow(null);
  });

  it('are sealed in the database', async () => {
    const rows = await server.services.db.selectFrom('signing_keys').selectAll().execute();
    for (const row of rows) {
      expect(row.sealed_private_jwk.split('.')).toHaveLength(5);
      expect(row.public_jwk).not.toHaveProperty('d');
    }
  });
});
