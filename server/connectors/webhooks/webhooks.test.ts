import { randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { sign } from '@octokit/webhooks-methods';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GitConnection } from '#contract/git-servers.ts';
import { ReeveError } from '#server/fail.ts';
import { type GitOrganisation, openGitOrganisation } from '#testing/git-organisation.ts';
import type { Person } from '#testing/organisation.ts';
import type { App, Installation, Repository } from '#testing/servers/github/world.ts';
import { findConnection } from '../connections/connection-queries.ts';
import { applyInstallation } from '../github/apply-installation.ts';
import { catchUpDeliveries } from './catch-up.ts';
import type { GitDelivery } from './delivery-worker.ts';
import { gitConsumers } from './git-consumers.ts';

let git: GitOrganisation;
let owner: Person;
let connection: GitConnection;
let app: App;
let installation: Installation;
let backend: Repository;

beforeAll(async () => {
  git = await openGitOrganisation();
  ({ owner } = git.organisation);
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  backend = await git.github.addRepository('example/backend');
  await git.github.addRepository('example/website');
  ({ connection, app } = await git.connect('Reeve Hooks'));
  installation = await git.github.install(app, 'example', { repositories: [backend.id] });
  await git.work();
});
afterAll(() => git.close());
beforeEach(async () => {
  git.github.hooks.setReachable(true);
  git.reeve.setNow(null);
  await git.work([]);
});

const secret = () => app.webhook?.secret ?? '';
const body = (payload: object) => JSON.stringify({ installation: { id: installation.id }, ...payload });

/** As GitHub posts it, or as somebody who pretends to. */
async function post(
  content: string,
  headers: Record<string, string | null> = {},
  path = `/git/webhooks/${connection.id}`,
) {
  const all = {
    'content-type': 'application/json',
    'x-github-event': 'pull_request',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': await sign(secret(), content),
    'content-length': String(Buffer.byteLength(content)),
    ...headers,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  request(`${git.reeve.origin}${path}`, {
    method: 'POST',
    headers: given as Record<string, string>,
    ca: git.reeve.authorityPem ?? '',
    agent: false,
  })
    .on('error', reject)
    .on('response', async (answer) => resolve({ status: answer.statusCode ?? 0, body: await text(answer) }))
    .end(content);
  return promise;
}

const deliveries = async () => (await owner.api.git.deliveries({ id: connection.id })).items;
const findByGuid = async (guid: string) => (await deliveries()).filter((each) => each.guid === guid);
const installationState = async () => {
  const { items } = await owner.api.git.connections({});
  return items[0]?.installations[0]?.state;
};
const row = async () => {
  const found = await findConnection(git.reeve.services.db, git.organisation.workspaceId, connection.id);
  if (!found) throw new Error('the connection is gone');
  return found;
};

const pull = (number: number, facts: object = {}) => ({
  action: 'opened',
  repository: { id: backend.id, full_name: 'example/backend' },
  sender: { id: 7, login: 'octo-ada' },
  pull_request: {
    number,
    state: 'open',
    merged: false,
    updated_at: '2026-11-26T10:00:00Z',
    title: 'A secret title',
    body: 'A secret text',
    head: { ref: 'reeve/1', sha: 'a'.repeat(40) },
    base: { ref: 'main' },
    ...facts,
  },
});

describe('a delivery', () => {
  test('is taken when its signature is that of its bytes, and works once', async () => {
    const seen: GitDelivery[] = [];
    const consumer = { event: 'pull_request', take: async (delivery: GitDelivery) => void seen.push(delivery) };
    const guid = randomUUID();
    const content = body(pull(1, { merged: true, state: 'closed' }));
    expect(await post(content, { 'x-github-delivery': guid })).toMatchObject({ status: 202 });
    expect(JSON.parse((await post(content, { 'x-github-delivery': guid })).body)).toEqual({
      received: true,
      new: false,
    });
    await git.work([consumer]);
    expect(seen).toMatchObject([
      {
        event: 'pull_request',
        action: 'opened',
        repository: 'example/backend',
        repositoryId: String(backend.id),
        installationId: String(installation.id),
        pullRequest: { number: 1, state: 'merged', branch: 'reeve/1', base: 'main', headSha: 'a'.repeat(40) },
        isCaughtUp: false,
      },
    ]);
    expect(await findByGuid(guid)).toMatchObject([{ state: 'done', repository: 'example/backend' }]);
    const kept = JSON.stringify(await git.reeve.services.db.selectFrom('git_deliveries').selectAll().execute());
    expect(kept).not.toContain('secret t');
  });

  test('that is replayed under another id is known by its body', async () => {
    const content = body(pull(2));
    await post(content);
    const again = randomUUID();
    expect(JSON.parse((await post(content, { 'x-github-delivery': again })).body)).toEqual({
      received: true,
      new: false,
    });
    expect(await findByGuid(again)).toEqual([]);
    git.reeve.setNow(new Date(Date.now() + 29 * 24 * 3_600_000));
    const late = await post(content, { 'x-github-delivery': again });
    // No event that the body is not signed for lets it in again, either.
    expect(JSON.parse(late.body)).toEqual({ received: true, new: false });
    const other = { 'x-github-delivery': again, 'x-github-event': 'github_app_authorization' };
    expect(JSON.parse((await post(content, other)).body)).toEqual({ received: true, new: false });
  });

  test('may be a form with the JSON in it', async () => {
    const content = new URLSearchParams({ payload: body(pull(3)) }).toString();
    const guid = randomUUID();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-github-delivery': guid };
    expect(await post(content, headers)).toMatchObject({ status: 202 });
    expect(await findByGuid(guid)).toMatchObject([{ repository: 'example/backend', action: 'opened' }]);
    await git.work([]);
    expect(await findByGuid(guid)).toMatchObject([{ state: 'ignored' }]);
  });

  const wrong: [string, () => Promise<Record<string, string | null>>][] = [
    ['without a signature', async () => ({ 'x-hub-signature-256': null })],
    ['with that of another secret', async () => ({ 'x-hub-signature-256': await sign('another', body(pull(4))) })],
    ['with that of another body', async () => ({ 'x-hub-signature-256': await sign(secret(), body(pull(5))) })],
    ['with one of the old kind', async () => ({ 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` })],
  ];
  test.each(wrong)('%s is refused, and cannot take the place of a true one', async (_how, headers) => {
    const guid = randomUUID();
    const content = body(pull(4));
    const before = (await deliveries()).filter(({ state }) => state === 'refused').length;
    const answer = await post(content, { ...(await headers()), 'x-github-delivery': guid });
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body).error.code).toBe('webhook-refused');
    expect((await deliveries()).filter(({ state }) => state === 'refused')).toHaveLength(before + 1);
    expect(await findByGuid(guid)).toEqual([]);
    expect(await post(body(pull(100 + before)), { 'x-github-delivery': guid })).toMatchObject({ status: 202 });
    expect(await findByGuid(guid)).toHaveLength(1);
  });

  test('is refused for a connection that is none, with the same words', async () => {
    const known = await post('{}', { 'x-hub-signature-256': null });
    for (const path of ['/git/webhooks/git_unknown', '/git/webhooks/%00']) {
      const answer = await post('{}', {}, path);
      expect(answer.status).toBe(known.status);
      expect(JSON.parse(answer.body).error.message).toBe(JSON.parse(known.body).error.message);
    }
  });

  test('with bytes that are no text is refused, and one that is no JSON is kept as failed', async () => {
    const guid = randomUUID();
    expect(await post('not json', { 'x-github-delivery': guid })).toMatchObject({ status: 202 });
    expect(await findByGuid(guid)).toMatchObject([
      { state: 'failed', problem: 'The payload has another form than GitHub describes.' },
    ]);
    const nul = randomUUID();
    await post(body({ ...pull(9), repository: { id: 1, full_name: 'a\u0000b' } }), { 'x-github-delivery': nul });
    expect(await findByGuid(nul)).toMatchObject([{ state: 'failed', repository: null }]);
  });

  test('of strangers is written down a few times an hour, and no more', async () => {
    for (let sent = 0; sent < 40; sent += 1) await post('{}', { 'x-hub-signature-256': null });
    const refused = (await deliveries()).filter(({ state }) => state === 'refused').length;
    expect(refused).toBe(30);
    const { webhook } = (await owner.api.git.connections({})).items[0] ?? {};
    expect(webhook?.refused).toBe(30);
  });
});

describe('what fails', () => {
  test('is tried again after longer and longer pauses, then left, and tried once more when GitHub redelivers it', async () => {
    const start = Date.now();
    let tries = 0;
    let isBroken = true;
    const consumer = {
      event: 'pull_request',
      take: async () => {
        tries += 1;
        if (isBroken) throw new ReeveError('git-server-failed', {}, { message: 'github.test answered: 502' });
      },
    };
    const guid = randomUUID();
    const content = body(pull(20));
    await post(content, { 'x-github-delivery': guid });
    await git.work([consumer]);
    expect(tries).toBe(1);
    expect(await findByGuid(guid)).toMatchObject([{ state: 'waiting', problem: 'github.test answered: 502' }]);
    await git.work([consumer]);
    expect(tries).toBe(1);
    for (const later of [1, 10, 20, 60, 240]) {
      git.reeve.setNow(new Date(start + later * 60_000));
      await git.work([consumer]);
    }
    expect(tries).toBe(6);
    expect(await findByGuid(guid)).toMatchObject([{ state: 'failed' }]);
    isBroken = false;
    await post(content, { 'x-github-delivery': guid });
    await git.work([consumer]);
    expect(await findByGuid(guid)).toMatchObject([{ state: 'done', problem: null }]);
  });

  test('because this process died is taken over by another', async () => {
    const start = Date.now();
    const guid = randomUUID();
    await post(body(pull(21)), { 'x-github-delivery': guid });
    // Somebody took it and was never heard of again.
    await git.reeve.services.db
      .updateTable('git_deliveries')
      .set({ tries: 1, due_at: new Date(start + 5 * 60_000) })
      .where('guid', '=', guid)
      .execute();
    await git.work([]);
    expect(await findByGuid(guid)).toMatchObject([{ state: 'waiting' }]);
    git.reeve.setNow(new Date(start + 6 * 60_000));
    await git.work([]);
    expect(await findByGuid(guid)).toMatchObject([{ state: 'ignored' }]);
  });

  test('for a reason of our own is in the log, and does not hold up others', async () => {
    const consumer = {
      event: 'pull_request',
      take: async ({ pullRequest }: GitDelivery) => {
        if (pullRequest?.number === 22) throw new TypeError('a bug');
      },
    };
    const [bad, good] = [randomUUID(), randomUUID()];
    await post(body(pull(22)), { 'x-github-delivery': bad });
    await post(body(pull(23)), { 'x-github-delivery': good });
    await git.work([consumer]);
    expect(git.reeve.errorLines.splice(0).join('')).toContain('a bug');
    const [failed] = await findByGuid(bad);
    expect(failed).toMatchObject({ state: 'waiting' });
    expect(failed?.problem).not.toContain('a bug');
    expect(await findByGuid(good)).toMatchObject([{ state: 'done' }]);
  });
});

test('several workers at once take each delivery once', async () => {
  const seen: (number | undefined)[] = [];
  const numbers = Array.from({ length: 20 }, (_, at) => 1000 + at);
  for (const number of numbers) await post(body(pull(number)));
  const take = async ({ pullRequest }: GitDelivery) => void seen.push(pullRequest?.number);
  await Promise.all([1, 2, 3].map(() => git.work([{ event: 'pull_request', take }])));
  expect(seen.sort()).toEqual(numbers);
});

describe('order', () => {
  const told = (action: string, facts: object = {}) =>
    body({ action, installation: { id: installation.id, ...facts }, sender: { id: 7, login: 'octo-ada' } });
  const tell = (action: string, facts: object = {}) => post(told(action, facts), { 'x-github-event': 'installation' });

  test('does not matter: an old “deleted” after “created” leaves the installation that is there', async () => {
    await tell('created', { a: 1 });
    await tell('deleted', { b: 1 });
    await git.work();
    expect(await installationState()).toBe('active');
  });

  test('nor does an old “unsuspend” after “suspend”', async () => {
    await git.github.suspend(installation, 'octo-ada');
    await tell('unsuspend', { c: 1 });
    await git.work();
    expect(await installationState()).toBe('suspended');
    await git.github.unsuspend(installation, 'octo-ada');
    await tell('suspend', { d: 1 });
    await git.work();
    expect(await installationState()).toBe('active');
  });

  test('an answer that was asked for earlier does not undo a later one', async () => {
    const askedAt = new Date(Date.now() - 60_000);
    await git.github.suspend(installation, 'octo-ada');
    await git.work();
    const { db, clock } = git.reeve.services;
    const connected = await row();
    const late = {
      ...{ externalId: String(installation.id), askedAt, at: clock(), repositories: [] },
      found: {
        ...{ externalId: String(installation.id), account: 'example', accountKind: 'organization' as const },
        ...{ selection: 'all' as const, permissions: {}, isSuspended: false, since: askedAt },
      },
    };
    await db.transaction().execute((tx) => applyInstallation(tx, connected, late));
    expect(await installationState()).toBe('suspended');
    expect((await owner.api.git.repositories({ show: 'all' })).items).toMatchObject([{ name: 'example/backend' }]);
    await git.github.unsuspend(installation, 'octo-ada');
    await git.work();
  });

  test('an answer with a time that has not come yet, as of a clock that was wrong, is undone', async () => {
    git.reeve.setNow(new Date(Date.now() + 3_600_000));
    await owner.api.git.sync({ id: connection.id });
    git.reeve.setNow(null);
    await git.github.changeRepositories(installation, [], 'octo-ada');
    await git.work();
    expect((await owner.api.git.repositories({ show: 'all' })).items).toEqual([]);
    await git.github.changeRepositories(installation, [backend.id], 'octo-ada');
    await git.work();
    expect((await owner.api.git.repositories({ show: 'all' })).items).toMatchObject([{ name: 'example/backend' }]);
  });

  test('many that tell of one change ask once', async () => {
    git.reeve.setNow(new Date(Date.now() + 120_000));
    for (let sent = 0; sent < 5; sent += 1)
      await post(body({ action: 'edited', n: sent, repository: { id: backend.id, full_name: 'example/backend' } }), {
        'x-github-event': 'repository',
      });
    git.reeve.setNow(new Date(Date.now() + 121_000));
    const before = git.github.requests.length;
    await git.work();
    const asked = git.github.requests.slice(before).filter(({ path }) => path.startsWith('/api/v3/app/installations/'));
    // Once for the installation, once for a token.
    expect(asked).toHaveLength(2);
  });
});

describe('what never came', () => {
  test('is fetched from GitHub’s list, once, in the order in which it happened', async () => {
    git.github.hooks.setReachable(false);
    await git.github.changeRepositories(installation, 'all', 'octo-ada');
    await git.github.hooks.settled();
    const missed = git.github.world.deliveries.at(-1);
    expect(missed?.statusCode).toBe(502);
    const known = (await deliveries()).length;
    expect(await catchUpDeliveries(git.reeve.services, await row())).toEqual({ taken: 1 });
    expect(await findByGuid(missed?.guid ?? '')).toMatchObject([
      { event: 'installation_repositories', isCaughtUp: true, state: 'waiting' },
    ]);
    await git.work();
    expect((await owner.api.git.repositories({ show: 'all' })).items.map(({ name }) => name)).toEqual([
      'example/backend',
      'example/website',
    ]);
    expect(await deliveries()).toHaveLength(known + 1);
    const { webhook } = (await owner.api.git.connections({})).items[0] ?? {};
    expect(webhook?.problem).toContain(
      'GitHub could not deliver “installation_repositories”: failed to connect to host',
    );
    expect(webhook?.caughtUpAt).not.toBeNull();
    expect(await catchUpDeliveries(git.reeve.services, await row())).toEqual({ taken: 0 });
  });

  test('and what was refused here by mistake is fetched, too', async () => {
    const { db } = git.reeve.services;
    const sealed = (await row()).sealed_webhook_secret;
    const another = await git.reeve.services.secrets.seal('another', `git_connections/${connection.id}/webhook_secret`);
    const set = (value: string | null) =>
      db.updateTable('git_connections').set({ sealed_webhook_secret: value }).where('id', '=', connection.id).execute();
    await set(another);
    await git.github.suspend(installation, 'octo-ada');
    await set(sealed);
    const refused = git.github.world.deliveries.at(-1);
    expect(refused?.statusCode).toBe(401);
    expect(await catchUpDeliveries(git.reeve.services, await row())).toEqual({ taken: 1 });
    await git.work();
    expect(await installationState()).toBe('suspended');
    await git.github.unsuspend(installation, 'octo-ada');
    await git.work();
    await catchUpDeliveries(git.reeve.services, await row());
    expect((await owner.api.git.connections({})).items[0]?.webhook?.problem).toBeNull();
  });

  test('one that is too large to be fetched is not in the way of the others', async () => {
    git.github.hooks.setReachable(false);
    await git.github.changeRepositories(installation, [backend.id], 'octo-ada');
    await git.github.changeRepositories(installation, 'all', 'octo-ada');
    git.github.answerNext(/\/app\/hook\/deliveries\/\d+$/, 200, { text: 'x'.repeat(2_000_000) });
    expect(await catchUpDeliveries(git.reeve.services, await row())).toEqual({ taken: 2 });
    const fetched = (await deliveries()).filter(({ state, isCaughtUp }) => isCaughtUp && state !== 'done');
    const states = fetched.map(({ state, problem }) => ({ state, problem }));
    expect(states).toContainEqual({ state: 'waiting', problem: null });
    expect(states).toContainEqual({ state: 'failed', problem: expect.stringContaining('sent more than') });
  });

  test('when GitHub cannot be asked, the connection says so', async () => {
    git.github.answerNext(/\/app\/hook\/deliveries$/, 503, { message: 'No server is available' });
    await expect(catchUpDeliveries(git.reeve.services, await row())).rejects.toMatchObject({
      code: 'git-server-failed',
    });
    const { webhook } = (await owner.api.git.connections({})).items[0] ?? {};
    expect(webhook?.problem).toContain('No server is available');
  });
});

test('whatever is lost, doubled or mixed up, in the end the state is GitHub’s', async () => {
  const steps = {
    suspend: () => git.github.suspend(installation, 'octo-ada'),
    unsuspend: () => git.github.unsuspend(installation, 'octo-ada'),
    all: () => git.github.changeRepositories(installation, 'all', 'octo-ada'),
    one: () => git.github.changeRepositories(installation, [backend.id], 'octo-ada'),
  };
  const step = fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[]));
  const arrivals = fc.array(fc.record({ which: fc.nat(), worksThen: fc.boolean() }), { maxLength: 8 });
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 1, maxLength: 5 }),
    arrivals,
    async (done, arriving) => {
      const before = git.github.world.deliveries.length;
      git.github.hooks.setReachable(false);
      for (const each of done) await steps[each]();
      const sent = git.github.world.deliveries.slice(before);
      for (const { which, worksThen } of sent.length > 0 ? arriving : []) {
        const { headers, payload } = sent[which % sent.length] ?? {};
        await post(JSON.stringify(payload), headers);
        if (worksThen) await git.work();
      }
      await catchUpDeliveries(git.reeve.services, await row());
      await git.work();
      expect(await installationState()).toBe(installation.suspended ? 'suspended' : 'active');
      if (installation.suspended) return;
      const { items } = await owner.api.git.repositories({ show: 'all' });
      expect(items).toHaveLength(installation.selection === 'all' ? 2 : 1);
    },
  );
  await fc.assert(property, { numRuns: 12 });
  await git.github.unsuspend(installation, 'octo-ada');
  await git.work();
});

test('an authorization that is taken back on GitHub ends the link, unless it was linked again since', async () => {
  const ada = git.github.world.accounts.get('octo-ada');
  await git.link(owner, connection.id, 'octo-ada');
  // GitHub says who, and nothing else: each one has the same bytes.
  const content = JSON.stringify({ action: 'revoked', sender: { id: ada?.id, login: 'octo-ada' } });
  const revoked = async () =>
    JSON.parse((await post(content, { 'x-github-event': 'github_app_authorization' })).body).new;
  const linked = async () => (await owner.api.git.accounts({})).items.length;
  expect(await revoked()).toBe(true);
  await git.link(owner, connection.id, 'octo-ada');
  await git.work();
  expect(await linked()).toBe(1);
  expect(await revoked()).toBe(true);
  // Under another id while nothing was linked since: the same once more.
  expect(await revoked()).toBe(false);
  await git.work();
  expect(await linked()).toBe(0);
  await git.link(owner, connection.id, 'octo-ada');
  expect(await revoked()).toBe(true);
  await git.work();
  expect(await linked()).toBe(0);
  const { items } = await owner.api.audit.list({ event: 'git.account-unlinked' });
  expect(items[0]?.actor).toMatchObject({ kind: 'system', label: 'GitHub' });
});

test('the app that is uninstalled reaches nothing, and no delivery is taken after it is disconnected', async () => {
  await git.github.hooks.uninstall(installation, git.github.world.accounts.get('octo-ada') ?? installation.account);
  await git.work(gitConsumers(git.reeve.services));
  expect(await installationState()).toBe('removed');
  expect((await owner.api.git.repositories({ show: 'all' })).items).toEqual([]);
  await owner.api.git.remove({ id: connection.id });
  expect(await post(body(pull(90)))).toMatchObject({ status: 401 });
});
