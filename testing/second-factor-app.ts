import { Secret, TOTP } from 'otpauth';
import { hashPassword } from '#server/crypto/password-hash.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import { identityRoutes, readConsoleMember, secondFactorRoutes } from '#server/identity/index.ts';
import { type ApiAnswer, type ApiClient, apiClient } from '#testing/own-api-client.ts';
import { type SoftwarePasskey, softwarePasskey } from '#testing/software-passkey.ts';
import type { TestServices } from '#testing/test-services.ts';

export const password = 'seven green bottles';
const firstMonday = Date.parse('2026-03-02T09:00:00Z');

/** Signing in and second factors through the real routes, with a clock that stands still until a test moves it. */
export async function openSecondFactorApp(services: TestServices) {
  const passwordHash = await hashPassword(password);
  const app = createHttpApp({ log: services.log, trustedProxies: ['127.0.0.1/32'] });
  const router = { identity: identityRoutes(services), secondFactor: secondFactorRoutes(services) };
  mountOwnApi(app, { router, origin: services.origin, readMember: readConsoleMember(services) });
  let now = firstMonday;
  const passSeconds = (seconds: number) => {
    now += seconds * 1000;
    services.setNow(new Date(now));
  };

  const browser = (address = '192.0.2.1') => apiClient(app, { address });
  const typePassword = (at: ApiClient, email: string) => at.call('POST', '/session', { email, password });
  const signedIn = async (email: string, address?: string): Promise<ApiClient> => {
    const at = browser(address);
    const answer = await typePassword(at, email);
    if (answer.body.state !== 'signed-in') throw new Error(`${email} is not signed in: ${JSON.stringify(answer.body)}`);
    return at;
  };
  const codeOf = (secret: string, { steps = 0 } = {}) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now + steps * 30_000 });

  return {
    browser,
    typePassword,
    signedIn,
    passSeconds,
    codeOf,
    /** To be called before each test: the clock starts anew and everybody has the same password. */
    async reset() {
      now = firstMonday;
      services.setNow(new Date(now));
      await services.db.updateTable('members').set({ password_hash: passwordHash }).execute();
    },
    async addTotp(at: ApiClient): Promise<{ secret: string; recoveryCodes: string[] }> {
      const { body } = await at.call<{ secret: string }>('POST', '/account/totp', {});
      const code = codeOf(body.secret);
      const confirmed = await at.call<{ recoveryCodes: string[] }>('POST', '/account/totp/confirmation', { code });
      if (confirmed.status !== 200) throw new Error(`no authenticator app: ${JSON.stringify(confirmed.body)}`);
      // The step of that code is used up.
      passSeconds(30);
      return { secret: body.secret, recoveryCodes: confirmed.body.recoveryCodes };
    },
    async addPasskey(at: ApiClient, name = 'Laptop'): Promise<{ passkey: SoftwarePasskey; answer: ApiAnswer }> {
      const challenge = await challengeFrom(at, '/account/passkeys/options');
      const passkey = newPasskey(services);
      const answer = await at.call('POST', '/account/passkeys', { name, answer: passkey.register({ challenge }) });
      return { passkey, answer };
    },
  };
}

export type SecondFactorApp = Awaited<ReturnType<typeof openSecondFactorApp>>;

export const newPasskey = ({ origin }: Pick<TestServices, 'origin'>): SoftwarePasskey =>
  softwarePasskey({ origin, rpId: new URL(origin).hostname });

/** The challenge of whichever endpoint gives one. */
export async function challengeFrom(at: ApiClient, path: string): Promise<string> {
  const { status, body } = await at.call<{
    options?: { challenge: string };
    passkeyOptions?: { challenge: string } | null;
  }>('POST', path, {});
  const challenge = (body.options ?? body.passkeyOptions)?.challenge;
  if (!challenge) throw new Error(`${path} gave no challenge: ${status} ${JSON.stringify(body)}`);
  return challenge;
}
