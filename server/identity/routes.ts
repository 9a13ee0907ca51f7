import { rateLimit } from '#server/db/rate-limit.ts';
import { isReeveError } from '#server/fail.ts';
import type { HttpContext } from '#server/http/http-env.ts';
import { actorOf, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { createAccessToken, readAccessTokens, revokeAccessToken } from './access-tokens.ts';
import { changePassword } from './change-password.ts';
import { codexSignInRoutes } from './codex-oauth/routes.ts';
import { signOutEverywhere } from './end-access.ts';
import { endOwnSession, readOwnSessions } from './own-sessions.ts';
import { readSessionState } from './read-session-state.ts';
import { setPendingCookie } from './second-factor/pending-sign-in.ts';
import { dropSessionCookie, setSignInCookies } from './session-cookies.ts';
import { readSession } from './sessions.ts';
import { signIn } from './sign-in.ts';
import { signInLimits } from './sign-in-limits.ts';
import { readSignOnOfSession, type SignOnOfSession } from './sso-requirement.ts';

/** Who is signed in to the console, for `mountOwnApi` and pages of other dialects. */
export const readConsoleMember = (services: Pick<Services, 'db' | 'clock'>) => (c: HttpContext) =>
  readSession(services, c.req.header('cookie') ?? null);

const tellWhenToRetry = (headers: Headers, error: unknown): void => {
  if (isReeveError(error) && typeof error.details.retryAfterSeconds === 'number')
    headers.set('retry-after', String(error.details.retryAfterSeconds));
};

/** Where the browser goes after a sign-out here, when its identity provider has a session to end as well. */
export type EndAtProvider = (session: SignOnOfSession) => Promise<string | null>;

export function identityRoutes(services: Services, endAtProvider: EndAtProvider = async () => null) {
  const limits = signInLimits(services.db);
  const passwordLimit = rateLimit(services.db, { name: 'change-password', points: 10, perSeconds: 15 * 60 });
  const { identity } = routes;
  return {
    ...codexSignInRoutes(services),
    session: identity.session.handler(({ context }) => readSessionState(services, context.member)),
    signIn: identity.signIn.handler(async ({ input, context }) => {
      const { ip, userAgent, cookieHeader, member, responseHeaders } = context;
      try {
        const answer = await signIn(services, limits, { ...input, ip, userAgent, cookieHeader, replaces: member });
        if (answer.state === 'second-factor-needed') {
          setPendingCookie(responseHeaders, answer.token);
          return { state: answer.state, methods: answer.methods };
        }
        await setSignInCookies(services, responseHeaders, answer);
        return { state: answer.state };
      } catch (error) {
        tellWhenToRetry(responseHeaders, error);
        throw error;
      }
    }),
    signOut: identity.signOut.handler(async ({ context }) => {
      const member = signedIn(context);
      const signOn = await readSignOnOfSession(services.db, member.sessionId);
      await endOwnSession(services, actorOf(context), member, { sessionId: member.sessionId, event: 'session.ended' });
      dropSessionCookie(context.responseHeaders);
      return { redirectTo: signOn && (await endAtProvider(signOn)) };
    }),
    sessions: identity.sessions.handler(async ({ context }) => ({
      items: await readOwnSessions(services, signedIn(context)),
    })),
    revokeSession: identity.revokeSession.handler(async ({ input, context }) => {
      const end = { sessionId: input.id, event: 'session.revoked' } as const;
      await endOwnSession(services, actorOf(context), signedIn(context), end);
      return {};
    }),
    signOutEverywhere: identity.signOutEverywhere.handler(async ({ context }) => {
      const ended = await signOutEverywhere(services, actorOf(context), signedIn(context));
      dropSessionCookie(context.responseHeaders);
      return ended;
    }),
    changePassword: identity.changePassword.handler(async ({ input, context }) => {
      await changePassword(services, passwordLimit, actorOf(context), signedIn(context), input);
      return {};
    }),
    accessTokens: identity.accessTokens.handler(({ input, context }) =>
      readAccessTokens(services, signedIn(context), input),
    ),
    createAccessToken: identity.createAccessToken.handler(({ input, context }) =>
      createAccessToken(services, actorOf(context), signedIn(context), input),
    ),
    revokeAccessToken: identity.revokeAccessToken.handler(async ({ input, context }) => {
      await revokeAccessToken(services, actorOf(context), signedIn(context), input.id);
      return {};
    }),
  };
}
