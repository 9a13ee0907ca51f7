import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errors, localOffMessage } from '#contract/errors.ts';
import { exchangeDevice, pollDevice, startDevice, whoCalls } from '#testing/codex-sign-in.ts';
import type { Person } from '#testing/people.ts';
import { type SignInServer, startSignInServer } from '#testing/sign-in-server.ts';
import { seedMember } from '#testing/test-services.ts';

let server: SignInServer;
let memberId: string;
let member: Person;

beforeAll(async () => {
  server = await startSignInServer();
  const { workspaceId } = server;
  memberId = await seedMember(server.services.db, { workspaceId, email: 'grace@example.com', name: 'Grace Hopper' });
  member = await server.person(memberId);
});
afterAll(() => server.close());

const setWorkspace = (change: { codex_local_enabled?: boolean; device_code_enabled?: boolean }) =>
  server.services.db.updateTable('workspaces').set(change).execute();
const answer = (person: Person, userCode: string, verb: 'approval' | 'denial' = 'approval') =>
  person.send<{ code?: string }>(`/api/v1/device-requests/${userCode}/${verb}`, { json: {} });

describe('a device code', () => {
  it('signs the waiting client in as whoever approves it, once', async () => {
    const request = await startDevice(server, 'reeve-cli');
    expect(request.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(request.interval).toBeTypeOf('string');
    const pending = await pollDevice(server, request);
    expect(pending.status).toBe(403);
    expect(pending.headers['content-type']).toContain('application/json');

    const typed = request.user_code.replace('-', '').toLowerCase();
    const shown = await member.send(`/api/v1/device-requests/${typed}`);
    expect(shown.json()).toMatchObject({ userCode: request.user_code, client: 'Codex CLI', status: 'pending' });
    expect((await answer(member, typed)).status).toBe(200);

    const polled = await pollDevice(server, request);
    expect(polled.status).toBe(200);
    const tokens = await exchangeDevice(server, polled.json(), { client_id: 'reeve-cli' });
    expect(tokens.status).toBe(200);
    expect(Object.keys(tokens.json())).toEqual(expect.arrayContaining(['id_token', 'access_token', 'refresh_token']));
    expect((await whoCalls(server, tokens.json().access_token)).json()).toMatchObject({ memberId });
    expect((await pollDevice(server, request)).status).toBe(400);
    expect((await answer(member, request.user_code)).status).toBe(404);

    const signIns = await member.send<{ items: { method: string }[] }>('/api/v1/account/clients');
    expect(signIns.json().items).toMatchObject([{ method: 'device-code', client: 'Codex CLI' }]);
  });

  it('works under the vendor’s name of the redirect, behind `reeve proxy`', async () => {
    const request = await startDevice(server);
    await answer(member, request.user_code);
    const polled = (await pollDevice(server, request)).json();
    const redirect = { redirect_uri: 'https://auth.openai.com/deviceauth/callback' };
    expect((await exchangeDevice(server, polled, redirect)).status).toBe(200);
  });

  it('tells the client at the token endpoint that the person said no', async () => {
    const request = await startDevice(server);
    expect((await answer(member, request.user_code, 'denial')).status).toBe(200);
    const refused = await exchangeDevice(server, (await pollDevice(server, request)).json());
    expect(refused.status).toBe(403);
    expect(refused.json()).toEqual({
      error: 'access_denied',
      error_description: 'This sign-in was denied in the browser.',
    });
  });

  it('lets the wait end and refuses at the token endpoint while Codex Local is off', async () => {
    const request = await startDevice(server);
    await setWorkspace({ codex_local_enabled: false });
    expect((await pollDevice(server, request)).status).toBe(403);
    const approved = await answer(member, request.user_code);
    expect(approved.status).toBe(403);
    expect(approved.json().code).toBe('local-off');
    const refused = await exchangeDevice(server, (await pollDevice(server, request)).json());
    await setWorkspace({ codex_local_enabled: true });
    expect(refused.status).toBe(403);
    expect(refused.json()).toEqual({ error: 'access_denied', error_description: localOffMessage });
  });

  it('refuses a member who was suspended between approval and exchange', async () => {
    const { workspaceId } = server;
    const leaver = await seedMember(server.services.db, { workspaceId, email: 'leaver@example.com' });
    const request = await startDevice(server);
    await answer(await server.person(leaver), request.user_code);
    const polled = (await pollDevice(server, request)).json();
    await server.services.db.updateTable('members').set({ status: 'suspended' }).where('id', '=', leaver).execute();
    const refused = await exchangeDevice(server, polled);
    expect([refused.status, refused.json().error_description]).toEqual([403, localOffMessage]);
  });

  it('is answered with 404 and who can change it when device codes are off', async () => {
    const request = await startDevice(server);
    await setWorkspace({ device_code_enabled: false });
    const path = '/api/accounts/deviceauth/usercode';
    const refused = await server.send<{ error: { message: string } }>(path, { json: { client_id: 'reeve-cli' } });
    const page = await member.send<{ code: string }>(`/api/v1/device-requests/${request.user_code}`);
    await setWorkspace({ device_code_enabled: true });
    expect(refused.status).toBe(404);
    expect(refused.json().error.message).toBe(errors['device-code-off'].message);
    expect(page.json().code).toBe('device-code-off');
  });

  it('is not for a member whose roles do not include it: they are told so, and the client’s wait ends', async () => {
    const { workspaceId, services } = server;
    const browserOnly = { id: 'rol_browser', workspace_id: workspaceId, name: 'Browser only' };
    const at = new Date();
    await services.db
      .insertInto('roles')
      .values({ ...browserOnly, permissions: '["codex-local.use"]', created_at: at, updated_at: at })
      .execute();
    const alan = await seedMember(services.db, { workspaceId, email: 'alan@example.com' });
    const giveRole = () =>
      services.db
        .insertInto('role_grants')
        .values({ workspace_id: workspaceId, role_id: 'rol_browser', member_id: alan, group_id: null, granted_at: at })
        .execute();
    await giveRole();
    const person = await server.person(alan);
    const request = await startDevice(server);
    expect((await answer(person, request.user_code)).json()).toMatchObject({
      code: 'device-code-not-permitted',
      message: errors['device-code-not-permitted'].message,
    });
    const refused = await exchangeDevice(server, (await pollDevice(server, request)).json());
    expect([refused.status, refused.json().error]).toEqual([403, 'access_denied']);

    await services.db.deleteFrom('role_grants').where('member_id', '=', alan).execute();
    const second = await startDevice(server);
    expect((await answer(person, second.user_code)).status).toBe(200);
    await giveRole();
    const late = await exchangeDevice(server, (await pollDevice(server, second)).json());
    expect([late.status, late.json().error]).toEqual([403, 'access_denied']);
  });

  it('expires', async () => {
    const request = await startDevice(server);
    server.services.setNow(new Date(Date.now() + 16 * 60_000));
    const polled = await pollDevice(server, request);
    const approved = await answer(member, request.user_code);
    server.services.setNow(null);
    expect(polled.status).toBe(400);
    expect(approved.status).toBe(404);
  });
});

describe('attacks on device codes', () => {
  it('shows an answered code to nobody else', async () => {
    const request = await startDevice(server);
    await answer(member, request.user_code);
    const other = await server.person(server.ownerId);
    expect((await other.send(`/api/v1/device-requests/${request.user_code}`)).status).toBe(404);
    expect((await answer(other, request.user_code, 'denial')).status).toBe(404);
    expect((await pollDevice(server, request)).status).toBe(200);
  });

  it('does not show a code of another workspace', async () => {
    const request = await startDevice(server);
    const { db } = server.services;
    const now = new Date(Date.now() + 1000);
    const second = { id: 'ws_second', name: 'Second', fallback_policy_id: null, created_at: now, updated_at: now };
    await db.insertInto('workspaces').values(second).execute();
    const stranger = await seedMember(db, { workspaceId: 'ws_second', email: 'eve@example.com' });
    const person = await server.person(stranger);
    expect((await answer(person, request.user_code)).status).toBe(404);
    await db.deleteFrom('workspaces').where('id', '=', 'ws_second').execute();
  });

  it('needs both the device’s secret and its code', async () => {
    const request = await startDevice(server);
    const other = await startDevice(server);
    await answer(member, request.user_code);
    expect((await pollDevice(server, { ...request, user_code: other.user_code })).status).toBe(400);
    expect((await pollDevice(server, { ...request, device_auth_id: 'da_guess' })).status).toBe(400);
    expect((await pollDevice(server, request)).status).toBe(200);
  });

  it('gives one of two simultaneous polls the code', async () => {
    const request = await startDevice(server);
    await answer(member, request.user_code);
    const polls = await Promise.all([pollDevice(server, request), pollDevice(server, request)]);
    expect(polls.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it('stops a member who guesses codes, but not one who types theirs', async () => {
    const guesser = await server.person(server.ownerId);
    const statuses = [];
    for (let guess = 0; guess < 21; guess += 1)
      statuses.push((await guesser.send('/api/v1/device-requests/BBBB-BBBB')).status);
    expect(statuses.at(-1)).toBe(429);
    const request = await startDevice(server);
    expect((await answer(member, request.user_code)).status).toBe(200);
  });

  it('refuses the code of an unknown client', async () => {
    const answered = await server.send('/api/accounts/deviceauth/usercode', { json: { client_id: 'app_other' } });
    expect(answered.status).toBe(400);
  });
});
