import { type Account, type App, randomName, type World } from './world.ts';

/** The web flow of a GitHub App: a code that is good once for ten minutes, then a token of the person. */

const eightHours = 28_800;

export const mintUserToken = {
  code(world: World, facts: { app: App; user: Account; redirectUri: string | null }): string {
    const code = randomName(20);
    world.userCodes.set(code, facts);
    return code;
  },
  /** The answer of `POST /login/oauth/access_token`: errors come with status 200. */
  exchange(world: World, form: URLSearchParams): Record<string, unknown> {
    const app = [...world.apps.values()].find(({ clientId }) => clientId === form.get('client_id'));
    if (!app || app.clientSecret !== form.get('client_secret'))
      return {
        error: 'incorrect_client_credentials',
        error_description: 'The client_id and/or client_secret passed are incorrect.',
      };
    const code = form.get('code') ?? '';
    const found = world.userCodes.get(code);
    world.userCodes.delete(code);
    if (!found || found.app.id !== app.id)
      return { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' };
    const asked = form.get('redirect_uri');
    if (asked !== null && found.redirectUri !== null && asked !== found.redirectUri)
      return {
        error: 'redirect_uri_mismatch',
        error_description: 'The redirect_uri MUST match the registered callback URL for this application.',
      };
    const value = `ghu_${randomName(36)}`;
    const expiresAt = new Date(world.now().getTime() + eightHours * 1000);
    world.tokens.set(value, { kind: 'user', app, user: found.user, expiresAt });
    return {
      access_token: value,
      expires_in: eightHours,
      refresh_token: `ghr_${randomName(76)}`,
      refresh_token_expires_in: 15_811_200,
      scope: '',
      token_type: 'bearer',
    };
  },
};
