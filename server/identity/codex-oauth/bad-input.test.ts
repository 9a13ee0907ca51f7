import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SendOptions } from '#testing/people.ts';
import { type SignInServer, startSignInServer } from '#testing/sign-in-server.ts';

let server: SignInServer;
beforeAll(async () => {
  server = await startSignInServer();
});
afterAll(() => server.close());

const posts = [
  '/oauth/token',
  '/oauth/revoke',
  '/api/accounts/deviceauth/usercode',
  '/api/accounts/deviceauth/token',
] as const;
const names = [
  ...['grant_type', 'client_id', 'code', 'code_verifier', 'redirect_uri', 'refresh_token', 'scope', 'resource'],
  ...['token', 'token_type_hint', 'device_auth_id', 'user_code', 'client_secret', '__proto__', 'constructor'],
];
const values = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('authorization_code', 'refresh_token', 'app_EMoamEEZ73f0CkXaXp7hrann', 'reeve-cli', '\0', ' '),
);
const fields = fc.dictionary(fc.constantFrom(...names), values);
const sends: fc.Arbitrary<SendOptions> = fc.oneof(
  fields.map((form) => ({ form })),
  fields.map((json) => ({ json })),
  fc.jsonValue().map((json) => ({ json })),
  fc.string({ unit: 'binary' }).map((form) => ({ form })),
  fc
    .tuple(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constantFrom('application/json', 'text/plain', 'x', 'multipart/form-data'),
    )
    .map(([body, type]) => ({ body, headers: { 'content-type': type } })),
);

describe('bad input', () => {
  it('is answered with 4xx and a message, never 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...posts), sends, async (path, options) => {
        const answer = await server.send(path, { method: 'POST', ...options });
        expect(answer.status).toBeLessThan(500);
        if (answer.status >= 400) expect(answer.json()).toHaveProperty('error');
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('is refused at the authorize endpoint, too', async () => {
    const parameter = fc.constantFrom(
      'client_id',
      'redirect_uri',
      'scope',
      'state',
      'response_mode',
      'prompt',
      'nonce',
      'claims',
      'request',
      'request_uri',
      'max_age',
      'resource',
      'allowed_workspace_id',
      'id_token_hint',
    );
    const known = {
      client_id: 'app_EMoamEEZ73f0CkXaXp7hrann',
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:1/auth/callback',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    };
    await fc.assert(
      fc.asyncProperty(fc.dictionary(parameter, fc.string({ unit: 'binary' })), async (changes) => {
        const query = new URLSearchParams({ ...known, ...changes });
        const answer = await server.send(`/oauth/authorize?${query}`);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it('may not be larger than 64 KiB', async () => {
    const answer = await server.send('/oauth/token', { form: { grant_type: 'x', code: 'a'.repeat(70_000) } });
    expect([answer.status, answer.json().error]).toEqual([413, 'invalid_request']);
  });

  it('may not name a parameter twice', async () => {
    const answer = await server.send('/oauth/token', { form: 'grant_type=refresh_token&grant_type=refresh_token' });
    expect([answer.status, answer.json().error]).toEqual([400, 'invalid_request']);
  });
});
