import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import recorded from '@octokit/webhooks-examples' with { type: 'json' };
import { sign } from '@octokit/webhooks-methods';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GitConnection } from '#contract/git-servers.ts';
import { ReeveError } from '#server/fail.ts';
import { type GitOrganisation, openGitOrganisation } from '#testing/git-organisation.ts';
import type { Person } from '#testing/organisation.ts';
import type { App, Installation, Repository } from '#testing/servers/github/world.ts';
import { underWayAtMost } from './connections/pending.ts';
import { connectorJobs } from './jobs.ts';
import { requireRepositoryAccess } from './operations/repository-access.ts';
import type { GitDelivery } from './webhooks/delivery-worker.ts';

/** What keeps a connection good for years: renewed secrets, deliveries tried again, rights that change, and what was never finished. */

let git: GitOrganisation;
let owner: Person;
let connection: GitConnection;
let app: App;
let installation: Installation;
let backend: Repository;
let ownerId: string;

beforeAll(async () => {
  git = await openGitOrganisation();
  ({ owner } = git.organisation);
  const session = await owner.api.identity.session({});
  ownerId = session.state === 'signed-in' ? session.member.id : '';
  await owner.api.workspace.updateSettings({ codexCloudEnabled: true });
  backend = await git.github.addRepository('example/backend');
  await git.github.addRepository('example/website');
  ({ connection, app } = await git.connect('Reeve Upkeep'));
  installation = await git.github.install(app, 'example');
  await git.work();
  const { items } = await owner.api.git.repositories({ show: 'all' });
  await owner.api.git.allow({ allow: items.map(({ id }) => id) });
  await git.link(owner, connection.id, 'octo-ada');
});
afterAll(() => git.close());
beforeEach(() => git.reeve.setNow(null));

const read = async () => {
  const found = (await owner.api.git.connections({})).items.find(({ id }) => id === connection.id);
  if (!found) throw new Error('the connection is gone');
  return found;
};
const row = () =>
  git.reeve.services.db
    .selectFrom('git_connections')
    .selectAll()
    .where('id', '=', connection.id)
    .executeTakeFirstOrThrow();
const newest = async (event: 'git.app-secrets-replaced' | 'git.deliveries-retried') =>
  (await owner.api.audit.list({ event })).items[0];
const later = (ms: number) => git.reeve.setNow(new Date(Date.now() + ms));
const hour = 3_600_000;

async function post(event: string, payload: object, secret = app.webhook?.secret ?? '', guid: string = randomUUID()) {
  const content = JSON.stringify({ ...payload, installation: { id: installation.id } });
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': guid,
    'x-hub-signature-256': await sign(secret, content),
    'content-length': String(Buffer.byteLength(content)),
  };
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request(`${git.reeve.origin}/git/webhooks/${connection.id}`, {
    method: 'POST',
    headers,
    ca: git.reeve.authorityPem ?? '',
    agent: false,
  })
    .on('error', reject)
    .on('response', (answer) => text(answer).then(() => resolve(answer.statusCode ?? 0), reject))
    .end(content);
  return promise;
}

describe('renewed secrets', () => {
  const renewKey = () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return { publicKey, pem: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() };
  };
  const replace = (secrets: Omit<Parameters<typeof owner.api.git.replaceSecrets>[0], 'id'>) =>
    owner.api.git.replaceSecrets({ id: connection.id, ...secrets });

  test('take the place of the old ones once GitHub takes them', async () => {
    const before = await row();
    const { publicKey, pem } = renewKey();
    await expect(replace({ privateKey: pem })).rejects.toMatchObject({
      code: 'git-connection-failed',
      message: expect.stringContaining('GitHub does not take this key for Reeve Upkeep'),
      data: { issues: [{ path: ['privateKey'] }] },
    });
    expect(await row()).toEqual(before);
    app.publicKey = publicKey;
    // The old key is no good on GitHub any more: nothing works until the new one is here.
    expect((await owner.api.git.sync({ id: connection.id })).state).toBe('failing');
    expect(await replace({ privateKey: pem.replaceAll('\n', '\r\n') })).toMatchObject({
      state: 'connected',
      problem: null,
    });
    expect((await owner.api.git.sync({ id: connection.id })).state).toBe('connected');
    const entry = await newest('git.app-secrets-replaced');
    expect(entry?.payload).toMatchObject({ replaced: ['private key'] });
    const kept = JSON.stringify([entry, await row()]);
    expect(kept).not.toContain('PRIVATE KEY');
    const opened = await git.reeve.services.secrets.open(
      (await row()).sealed_private_key ?? '',
      `git_connections/${connection.id}/private_key`,
    );
    expect(createPublicKey(createPrivateKey(opened)).equals(publicKey)).toBe(true);
  });

  test('that are no such key, or of another app, say so', async () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    await expect(replace({ privateKey: 'MIIE…' })).rejects.toThrow('This is no private key.');
    await expect(replace({ privateKey: ec.toString() })).rejects.toThrow('This key is not RSA');
    await expect(replace({})).rejects.toMatchObject({ code: 'bad-input' });
    git.github.answerNext(/\/app$/, 503, { message: 'Down for maintenance' });
    await expect(replace({ webhookSecret: 'next' })).rejects.toMatchObject({ code: 'git-server-failed' });
    await expect(owner.api.git.replaceSecrets({ id: 'none', webhookSecret: 'next' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('of people’s sign-in are tried without signing anybody in', async () => {
    await expect(replace({ clientSecret: 'wrong' })).rejects.toMatchObject({
      code: 'git-connection-failed',
      message: 'GitHub does not take this client secret for Reeve Upkeep.',
    });
    app.clientSecret = 'renewed-on-github';
    await replace({ clientSecret: 'renewed-on-github' });
    await git.link(owner, connection.id, 'octo-ada');
    expect((await newest('git.app-secrets-replaced'))?.payload).toMatchObject({ replaced: ['client secret'] });
  });

  test('of webhooks are taken beside the former one for as long as was said', async () => {
    const former = app.webhook?.secret ?? '';
    const replaced = await replace({ webhookSecret: 'renewed', formerSecretHours: 2 });
    expect(replaced.webhook?.formerSecretUntil).not.toBeNull();
    expect(await post('ping', { zen: 'a' }, 'renewed')).toBe(202);
    expect(await post('ping', { zen: 'b' }, former)).toBe(202);
    expect(await post('ping', { zen: 'c' }, 'neither')).toBe(401);
    expect(JSON.stringify(await row())).not.toContain(former);
    expect((await newest('git.app-secrets-replaced'))?.payload).toMatchObject({
      replaced: ['webhook secret'],
      formerWebhookSecretUntil: replaced.webhook?.formerSecretUntil,
    });
    later(2 * hour + 1000);
    expect(await post('ping', { zen: 'd' }, former)).toBe(401);
    expect(await post('ping', { zen: 'e' }, 'renewed')).toBe(202);
    const job = connectorJobs(git.reeve.services).find(({ name }) => name === 'expire-git');
    expect(await job?.run()).toMatchObject({ formerSecrets: 1 });
    expect((await row()).sealed_former_webhook_secret).toBeNull();
    expect((await read()).webhook?.formerSecretUntil).toBeNull();
    // Given once more it is no change, and without a time the former one ends at once.
    expect((await replace({ webhookSecret: 'renewed' })).webhook?.formerSecretUntil).toBeNull();
    expect((await replace({ webhookSecret: former, formerSecretHours: 0 })).webhook?.formerSecretUntil).toBeNull();
    git.reeve.setNow(null);
    expect(await post('ping', { zen: 'f' }, 'renewed')).toBe(401);
    if (app.webhook) app.webhook.secret = former;
  });
});

describe('deliveries that failed', () => {
  const pull = (number: number) => ({
    action: 'opened',
    repository: { id: backend.id, full_name: 'example/backend' },
    pull_request: {
      ...{ number, state: 'open', merged: false, updated_at: '2026-11-26T10:00:00Z' },
      ...{ head: { ref: 'reeve/1', sha: 'a'.repeat(40) }, base: { ref: 'main' } },
    },
  });
  let isBroken = true;
  const taken: number[] = [];
  const consumer = {
    event: 'pull_request',
    take: async ({ pullRequest }: GitDelivery) => {
      if (isBroken) throw new ReeveError('git-server-failed', {}, { message: 'github.test answered: 502' });
      taken.push(pullRequest?.number ?? 0);
    },
  };
  const failed = async () => (await owner.api.git.deliveries({ id: connection.id, show: 'failed' })).items;

  test('are worked on again, one or all, when somebody asks', async () => {
    for (const number of [1, 2, 3]) await post('pull_request', pull(number));
    await post('pull_request', { pull_request: 'of another form' });
    for (const minutes of [0, 1, 10, 20, 60, 240]) {
      later(minutes * 60_000);
      await git.work([consumer]);
    }
    git.reeve.setNow(null);
    const listed = await failed();
    expect(listed.map(({ canRetry, tries }) => [canRetry, tries])).toEqual([
      [false, 0],
      [true, 6],
      [true, 6],
      [true, 6],
    ]);
    expect((await read()).webhook?.failed).toBe(3);
    const one = listed[1]?.id ?? '';
    expect(await owner.api.git.retryDeliveries({ id: connection.id, deliveryIds: [one] })).toEqual({ retried: [one] });
    expect((await newest('git.deliveries-retried'))?.payload).toMatchObject({ deliveries: 1, isAll: false });
    const { items } = await owner.api.git.deliveries({ id: connection.id });
    expect(items.find(({ id }) => id === one)).toMatchObject({
      ...{ state: 'waiting', canRetry: false, problem: 'github.test answered: 502' },
      dueAt: expect.any(String),
    });
    isBroken = false;
    await git.work([consumer]);
    expect(taken).toEqual([3]);
    const { retried } = await owner.api.git.retryDeliveries({ id: connection.id });
    expect(retried).toHaveLength(2);
    await git.work([consumer]);
    expect(taken.toSorted()).toEqual([1, 2, 3]);
    expect((await read()).webhook?.failed).toBe(0);
    expect(await owner.api.git.retryDeliveries({ id: connection.id })).toEqual({ retried: [] });
    // Nothing is kept of what could not be read.
    expect((await failed()).map(({ tries }) => tries)).toEqual([0]);
  });

  test('are not retried by whoever may not, nor of another connection', async () => {
    const member = await git.organisation.addMember({ name: 'Grace Hopper' });
    await expect(member.api.git.retryDeliveries({ id: connection.id })).rejects.toMatchObject({
      code: 'not-permitted',
    });
    await expect(owner.api.git.retryDeliveries({ id: 'none' })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('because they could not be read are taken when GitHub sends them readable', async () => {
    const guid = randomUUID();
    await post('pull_request', { pull_request: 'odd' }, undefined, guid);
    expect((await failed())[0]).toMatchObject({ guid, canRetry: false });
    await post('pull_request', pull(9), undefined, guid);
    await git.work([consumer]);
    expect(taken).toContain(9);
  });
});

describe('what a member may do', () => {
  const asked = () => git.github.requests.filter(({ path }) => path.endsWith('/permission')).length;
  const repositoryId = async (name: string) =>
    (await owner.api.git.repositories({ show: 'all' })).items.find((each) => each.name === name)?.id ?? '';
  async function accessTo(name = 'example/backend') {
    const { workspaceId } = git.organisation;
    const of = { workspaceId, memberId: ownerId, repositoryId: await repositoryId(name) };
    await requireRepositoryAccess(git.reeve.services, { ...of, need: 'read', why: 'task' });
  }
  /** How often GitHub is asked for it after this. */
  async function askedAfter(change: () => Promise<unknown>) {
    await accessTo();
    const before = asked();
    await accessTo();
    expect(asked()).toBe(before);
    await change();
    await accessTo();
    return asked() - before;
  }
  const exampleOf = (event: string, action?: string) => {
    const all = recorded as unknown as { name: string; examples: { action?: string }[] }[];
    const found = all.find(({ name }) => name === event)?.examples.find((one) => !action || one.action === action);
    if (!found) throw new Error(`GitHub was recorded with no ${event}.${action}`);
    return found as { repository?: object };
  };
  const tell =
    (event: string, action?: string, about: Repository | null = backend) =>
    async () => {
      const example = exampleOf(event, action);
      const repository = about && { ...example.repository, id: about.id, full_name: `example/${about.name}` };
      expect(await post(event, { ...example, ...(repository && { repository }) })).toBe(202);
      await git.work();
    };

  /** How often GitHub is asked for either repository after it told. */
  async function askedOfBoth(change: () => Promise<unknown>) {
    await accessTo('example/website');
    const backendCalls = await askedAfter(change);
    const before = asked();
    await accessTo('example/website');
    return { backend: backendCalls, website: asked() - before };
  }

  test.each([
    ['a collaborator’s rights change', 'member', 'edited'],
    ['a collaborator comes in', 'member', 'added'],
    ['a repository becomes public', 'public', undefined],
    ['a repository becomes private', 'repository', 'privatized'],
    ['a team gets a repository', 'team_add', undefined],
  ])('is asked anew when %s, in that repository', async (_what, event, action) => {
    expect(await askedOfBoth(tell(event, action))).toEqual({ backend: 1, website: 0 });
  });

  test.each([
    ['a team changes', 'membership', 'removed'],
    ['somebody comes into the organisation', 'organization', 'member_added'],
    ['what the app reaches changes', 'installation_repositories', 'removed'],
  ])('is asked anew when %s, in every repository', async (_what, event, action) => {
    expect(await askedOfBoth(tell(event, action, null))).toEqual({ backend: 1, website: 1 });
  });

  test('is asked anew after a suspension, and of an account that is linked anew', async () => {
    const suspend = async () => {
      await git.github.suspend(installation, 'octo-ada');
      await git.work();
      await expect(accessTo()).rejects.toMatchObject({ code: 'repository-not-allowed' });
      await git.github.unsuspend(installation, 'octo-ada');
      await git.work();
    };
    expect(await askedAfter(suspend)).toBe(1);
    const relink = async () => {
      await owner.api.git.unlink({ connectionId: connection.id });
      await expect(accessTo()).rejects.toMatchObject({ code: 'git-account-needed' });
      await git.link(owner, connection.id, 'octo-ada');
    };
    expect(await askedAfter(relink)).toBe(1);
  });
});

describe('what was begun on GitHub and not finished', () => {
  const pending = () =>
    git.reeve.services.db.selectFrom('git_pending').selectAll().where('member_id', '=', ownerId).execute();
  const stateIn = (url: string) => new URL(url).searchParams.get('state') ?? '';
  const link = async () => stateIn((await owner.api.git.startLink({ connectionId: connection.id })).url);
  const begin = async () =>
    stateIn(
      (await owner.api.git.startGithub({ baseUrl: git.github.origin, organization: 'example', name: 'Other' })).url,
    );

  test('is bounded for each member: the oldest ends', async () => {
    await git.reeve.services.db.deleteFrom('git_pending').execute();
    const apps = [await begin()];
    const links: string[] = [];
    const start = Date.now();
    for (let index = 0; index <= underWayAtMost; index += 1) {
      git.reeve.setNow(new Date(start + index * 1000));
      links.push(await link());
    }
    expect(await pending()).toHaveLength(underWayAtMost + 1);
    const code = () => git.github.authorize(app, 'octo-ada');
    await expect(owner.api.git.finishLink({ code: code(), state: links[0] ?? '' })).rejects.toMatchObject({
      code: 'git-link-expired',
    });
    await owner.api.git.finishLink({ code: code(), state: links[1] ?? '' });
    // One purpose does not end the other.
    const page = await owner.browser.get(`${git.reeve.origin}/git/app-form?state=${apps[0]}`);
    expect(page.status).toBe(200);
  });

  test('ends after half an hour, and is forgotten then', async () => {
    git.reeve.setNow(null);
    await git.reeve.services.db.deleteFrom('git_pending').execute();
    const [state, app2] = [await link(), await begin()];
    later(hour / 2 + 1000);
    const code = git.github.authorize(app, 'octo-ada');
    await expect(owner.api.git.finishLink({ code, state })).rejects.toMatchObject({ code: 'git-link-expired' });
    await expect(owner.api.git.finishGithub({ code, state: app2 })).rejects.toMatchObject({ code: 'git-link-expired' });
    const job = connectorJobs(git.reeve.services).find(({ name }) => name === 'expire-git');
    expect(await job?.run()).toMatchObject({ pending: 2 });
    expect(await pending()).toEqual([]);
  });
});
