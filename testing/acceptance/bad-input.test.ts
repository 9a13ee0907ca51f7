import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foundOrganisation } from '#testing/organisation.ts';
import type { ServerAddress } from '#testing/own-api-session.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';
import { badRequests, marker, type RawRequest } from './bad-input-cases.ts';
import { corpModel, upstreamKey } from './open-acceptance.ts';

const requestCount = 500;
const atOnce = 10;
const seed = Number(process.env.REEVE_TEST_SEED ?? 20_261_122);

async function send({ origin, authorityPem }: ServerAddress, { method, path, headers, body }: RawRequest) {
  const call = request(`${origin}${path}`, { method, headers, ca: authorityPem, agent: false });
  const answered = once(call, 'response') as Promise<[import('node:http').IncomingMessage]>;
  call.end(body);
  const [answer] = await answered;
  return { status: answer.statusCode ?? 0, location: answer.headers.location ?? '', body: await text(answer) };
}

test(`${requestCount} bad inputs (seed ${seed}) get a 4xx with a message, and no secret reaches the log`, async () => {
  const reeve = await openInstallation({ REEVE_LOG_LEVEL: 'trace', REEVE_LOG_FORMAT: 'json' });
  const server = await reeve.serve();
  const ownerLink = ownerLinkIn(server.stdout);
  const organisation = await foundOrganisation(reeve, ownerLink);
  const { api, browser, password } = organisation.owner;
  await organisation.serveModel({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: upstreamKey }, corpModel);
  const created = { kind: 'personal-access-token', name: 'fuzz', expiresInDays: 1 } as const;
  const { token: accessToken } = await api.identity.createAccessToken(created);
  const cookie = await browser.cookies.getCookieString(`${reeve.origin}/api/v1/session`);
  const headers = { authorization: `Bearer ${accessToken}`, 'user-agent': 'codex_exec/0.169.0 (test)' };
  const bundle = await send(reeve, { method: 'GET', path: '/backend-api/wham/config/bundle', headers, body: '' });
  const policyRevision = /x-reeve-policy\W+([\w.-]+)/.exec(bundle.body)?.[1] ?? '';
  expect(policyRevision).toMatch(/^\S+\.\S+\.\S+$/);

  const held = { cookie, origin: reeve.origin, accessToken, policyRevision };
  const cases = fc.sample(badRequests(held), { seed, numRuns: requestCount });
  const wrong: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = cases.pop(); next !== undefined; next = cases.pop()) {
      const { status, location, body } = await send(reeve, next);
      // OAuth tells the client at its own address (RFC 6749 §4.1.2.1).
      const isTold = status === 303 || status === 302 ? location.includes('error=') : body.trim().length > 5;
      const isRefused = (status >= 400 && status < 500) || location.includes('error=');
      if (!isRefused || !isTold) wrong.push({ ...next, body: String(next.body).slice(0, 300), status, said: body });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  expect(wrong).toEqual([]);

  const log = server.stderr;
  const secrets = { accessToken, password, upstreamKey, marker, policyRevision, link: ownerLink.split('#')[1] ?? '' };
  const cookieValues = cookie.split('; ').map((pair) => pair.split('=')[1] ?? '');
  for (const [name, secret] of [...Object.entries(secrets), ...cookieValues.map((value) => ['cookie', value])])
    expect(log.includes(secret ?? ''), `the log holds the ${name}`).toBe(false);
  expect(log).not.toMatch(/"level":(50|60)/);
  expect((await api.identity.session({})).state).toBe('signed-in');
});
