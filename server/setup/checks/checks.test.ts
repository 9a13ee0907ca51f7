import { hostname, tmpdir } from 'node:os';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { permissionsOf } from '#contract/built-in-roles.ts';
import type { ProofVerdict } from '#contract/proofs.ts';
import type { VerifyCheck } from '#contract/setup.ts';
import { newId } from '#server/crypto/ids.ts';
import { readKeyRing } from '#server/crypto/key-ring.ts';
import { createSecretBox } from '#server/crypto/secret-box.ts';
import { openCallerTrial } from '#server/models/index.ts';
import type { Services } from '#server/services.ts';
import { recordSamples, sampleEvent } from '#testing/activity-sample.ts';
import { publishAgain, seedPolicy } from '#testing/seed-policy.ts';
import { seedProof } from '#testing/seed-proof.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { compareToggles } from './access-checks.ts';
import { checkList } from './check-list.ts';
import { readChecks, runChecksEverywhere, runEachCheck } from './run-checks.ts';

let services: TestServices;
let workspaceId: string;
let ownerId: string;
const dayMs = 86_400_000;

beforeAll(async () => {
  services = await openTestServices();
});
afterAll(() => services.close());
beforeEach(async () => {
  await services.db.deleteFrom('workspaces').execute();
  services.setNow(null);
  ({ workspaceId, ownerId } = await seedWorkspace(services.db));
});

async function look(id: string, used: Services = services): Promise<VerifyCheck> {
  const check = checkList.find((each) => each.id === id);
  if (!check) throw new Error(`no check is called ${id}`);
  await runEachCheck(used, workspaceId, [check]);
  const found = (await readChecks(used, workspaceId)).items.find((item) => item.id === id);
  if (!found) throw new Error(`${id} was not kept`);
  return found;
}
const workspace = (change: Record<string, unknown>) =>
  services.db.updateTable('workspaces').set(change).where('id', '=', workspaceId).execute();
const member = (change: Record<string, unknown>) =>
  services.db.updateTable('members').set(change).where('id', '=', ownerId).execute();

async function addPolicy(id: string) {
  const at = new Date();
  const row = { id, workspace_id: workspaceId, name: id, contents: '', revision: 1, created_at: at, updated_at: at };
  await services.db
    .insertInto('policies')
    .values({ ...row, updated_by: null })
    .execute();
}
async function addGroup(name: string, members: string[]) {
  const id = newId('grp');
  await services.db
    .insertInto('groups')
    .values({ id, workspace_id: workspaceId, name, created_at: new Date() })
    .execute();
  for (const member_id of members)
    await services.db
      .insertInto('group_members')
      .values({ workspace_id: workspaceId, group_id: id, member_id, added_at: new Date() })
      .execute();
  return id;
}

describe('people', () => {
  test('owners: nobody active is a problem, one alone a warning, two are fine', async () => {
    expect(await look('workspace-owner')).toMatchObject({ state: 'warning', evidence: expect.stringContaining('Ada') });
    await seedMember(services.db, { workspaceId, email: 'grace@example.com', name: 'Grace', role: 'owner' });
    expect(await look('workspace-owner')).toMatchObject({ state: 'ok', next: null });
    await services.db.updateTable('members').set({ status: 'suspended' }).execute();
    for (const id of ['workspace-owner', 'security-owner', 'analytics-owner'])
      expect(await look(id)).toMatchObject({ state: 'problem', next: expect.stringContaining('Give somebody') });
    await seedMember(services.db, { workspaceId, email: 'mary@example.com', name: 'Mary', role: 'analytics-viewer' });
    expect(await look('analytics-owner')).toMatchObject({ state: 'ok', evidence: 'Mary holds activity.read.' });
  });
});

describe('sign-in', () => {
  test('ways in: a required sign-on without a connection shuts everybody out', async () => {
    expect(await look('sign-in-methods')).toMatchObject({ state: 'problem' });
    await member({ password_hash: 'x' });
    expect(await look('sign-in-methods')).toMatchObject({ state: 'ok' });
    await workspace({ sso_required: true });
    expect((await look('sign-in-methods')).evidence).toContain('single sign-on is required and no connection');
    expect(await look('single-sign-on')).toMatchObject({
      state: 'problem',
      evidence: expect.stringContaining('1 active member leads to no enabled connection'),
    });
  });

  test('second factor: how many the rule still misses', async () => {
    expect(await look('second-factor')).toMatchObject({ state: 'warning' });
    await workspace({ second_factor_rule: 'everyone' });
    expect((await look('second-factor')).evidence).toContain('1 of 1 member who are asked have none: Ada Lovelace.');
    const at = new Date();
    const row = { id: 'totp_1', workspace_id: workspaceId, member_id: ownerId, sealed_secret: 'x' };
    await services.db
      .insertInto('totp_secrets')
      .values({ ...row, created_at: at, confirmed_at: at, last_step: null })
      .execute();
    expect(await look('second-factor')).toMatchObject({ state: 'ok' });
  });
});

describe('access', () => {
  test('roles: tried on real members; one that holds what is not granted is named', async () => {
    await seedMember(services.db, { workspaceId, email: 'u@example.com', role: 'codex-user' });
    const found = await look('roles');
    expect(found).toMatchObject({ state: 'ok' });
    expect(found.facts).toContainEqual({ label: 'On a real member', value: '2' });
    await services.db
      .insertInto('roles')
      .values({
        id: 'rol_1',
        workspace_id: workspaceId,
        name: 'Helpers',
        description: '',
        permissions: JSON.stringify(['policies.read', 'toasters.write']),
        created_at: new Date(),
        updated_at: new Date(),
      })
      .execute();
    expect(await look('roles')).toMatchObject({
      state: 'problem',
      evidence: expect.stringContaining('Helpers holds toasters.write'),
    });
  });

  test('switches: asked at the gateway; one that lets somebody in with Codex Local off is found', async () => {
    expect(await look('toggles')).toMatchObject({ state: 'ok' });
    const ask = await openCallerTrial(services, workspaceId);
    const broken: typeof ask = (tried) => ask({ ...tried, toggles: { ...tried.toggles, isLocalOn: true } });
    const wrongs = await compareToggles(broken, [{ name: 'Codex user', effective: permissionsOf('codex-user') }]);
    expect(wrongs[0]).toMatch(/policy-revision-missing instead of local-off/);
  });
});

describe('policies', () => {
  test('every group: who gets nothing, who has nobody, and a delivery that is not what the order says', async () => {
    await addGroup('Contractors', [ownerId]);
    await addGroup('Empty', []);
    expect(await look('group-policies')).toMatchObject({
      state: 'problem',
      evidence: expect.stringContaining('No policy applies to members of Contractors'),
    });
    await addPolicy('pol_1');
    await workspace({ fallback_policy_id: 'pol_1' });
    const fine = await look('group-policies');
    expect(fine).toMatchObject({ state: 'ok', evidence: expect.stringContaining('1 group has nobody: Empty') });
    // The memory of the delivery hears of no change any more.
    await sql`alter table policies disable trigger announce_access_change`.execute(services.db);
    await services.db.updateTable('policies').set({ revision: 2 }).where('id', '=', 'pol_1').execute();
    await sql`alter table policies enable trigger announce_access_change`.execute(services.db);
    expect(await look('group-policies')).toMatchObject({
      state: 'problem',
      evidence: expect.stringContaining('Contractors would be handed something else'),
    });
  });

  test('reach and versions', async () => {
    expect(await look('policy-reach')).toMatchObject({ state: 'warning' });
    const at = new Date();
    await services.db
      .insertInto('policy_deliveries')
      .values({
        workspace_id: workspaceId,
        member_id: ownerId,
        policy_key: 'p@1',
        delivered_at: at,
        superseded_at: null,
      })
      .execute();
    expect(await look('policy-reach')).toMatchObject({ state: 'ok' });
    expect(await look('client-versions')).toMatchObject({ state: 'ok' });
    const seen = { workspace_id: workspaceId, member_id: ownerId, client: 'codex_exec', version: '0.140.0' };
    await services.db
      .insertInto('seen_clients')
      .values({ ...seen, first_seen_at: at, last_seen_at: at })
      .execute();
    await workspace({ minimum_client_version: '0.163.0' });
    expect(await look('client-versions')).toMatchObject({
      state: 'warning',
      evidence: expect.stringContaining('Ada Lovelace. The gateway refuses'),
    });
  });

  test('proofs: never, broken, held, partly, of a policy that was published since, too old', async () => {
    const { db } = services;
    expect(await look('last-proof')).toMatchObject({ state: 'warning' });
    const id = await seedPolicy(db, workspaceId, { name: 'Contractors', contents: 'allow_login_shell = false\n' });
    const policy = { id, name: 'Contractors', revision: 1 };
    const nothing = { id: null, name: 'No policy', revision: 0 };
    const startedMs = Date.now();
    let number = 0;
    const prove = (about: typeof policy | typeof nothing, unlike: Record<string, ProofVerdict> = {}) => {
      number += 1;
      const cells = [{ policy: about, clientVersion: '0.169.0', unlike }];
      return seedProof(db, workspaceId, { number, cells, at: new Date(startedMs + number * 60_000) });
    };
    await prove(policy, { 'write-outside': 'broken' });
    expect(await look('last-proof')).toMatchObject({ state: 'problem' });
    // A newer proof of something else does not make up for it.
    await prove(nothing);
    expect(await look('last-proof')).toMatchObject({ state: 'problem' });
    await prove(policy, { 'forbidden-command': 'not-enforced' });
    expect(await look('last-proof')).toMatchObject({ state: 'ok', evidence: expect.stringContaining('Some clients') });
    await prove(policy);
    expect((await look('last-proof')).evidence).not.toContain('Some clients');
    await prove(policy, { 'other-model': 'inconclusive' });
    expect(await look('last-proof')).toMatchObject({ state: 'warning' });
    await prove(policy);
    services.setNow(new Date(startedMs + 40 * dayMs));
    expect(await look('last-proof')).toMatchObject({
      state: 'warning',
      evidence: expect.stringContaining('five weeks'),
    });
    services.setNow(null);
    await publishAgain(db, id, { contents: 'allowed_sandbox_modes = ["read-only"]\n' });
    expect(await look('last-proof')).toMatchObject({
      state: 'warning',
      evidence: 'Never proved as published now: Contractors.',
    });
  });
});

describe('governance', () => {
  const addCall = (endedAt: Date) =>
    services.db
      .insertInto('model_calls')
      .values({
        id: newId('call'),
        workspace_id: workspaceId,
        member_id: ownerId,
        credential: 'codex-sign-in',
        outcome: 'completed',
        started_at: endedAt,
        ended_at: endedAt,
      })
      .execute();

  test('activity: a call of which no event came, and events that nobody counts', async () => {
    expect(await look('activity')).toMatchObject({ state: 'unknown' });
    await addCall(new Date());
    expect(await look('activity')).toMatchObject({ state: 'problem' });
    await recordSamples(services, [sampleEvent(workspaceId, { kind: 'model.call', sameAs: ['one'] })]);
    await services.db.deleteFrom('activity_due').execute();
    expect(await look('activity')).toMatchObject({ state: 'ok' });
    const since = new Date(Date.now() - 3_600_000);
    await services.db
      .insertInto('activity_due')
      .values({ workspace_id: workspaceId, hour: since, member_id: ownerId, since })
      .execute();
    expect(await look('activity')).toMatchObject({ state: 'problem', evidence: expect.stringContaining('counted') });
    await services.db.deleteFrom('activity_due').execute();
    expect(await look('log-files')).toMatchObject({ state: 'unknown' });
    services.setNow(new Date(Date.now() + 2 * 3_600_000));
    expect(await look('log-files')).toMatchObject({ state: 'problem', path: '/compliance' });
  });

  test('telemetry: silent clients', async () => {
    expect(await look('telemetry')).toMatchObject({ state: 'unknown' });
    const at = new Date();
    const seen = { workspace_id: workspaceId, member_id: ownerId, client: 'codex_exec', version: '0.169.0' };
    await services.db
      .insertInto('seen_clients')
      .values({ ...seen, first_seen_at: at, last_seen_at: at })
      .execute();
    expect(await look('telemetry')).toMatchObject({ state: 'warning' });
    const day = at.toISOString().slice(0, 10);
    await services.db
      .insertInto('telemetry_senders')
      .values({ workspace_id: workspaceId, day, member_id: ownerId, signal: 'logs', records: 1, last_at: at })
      .execute();
    expect(await look('telemetry')).toMatchObject({ state: 'ok' });
  });

  test('audit and destinations', async () => {
    expect(await look('audit-log')).toMatchObject({ state: 'warning' });
    const copied = { ...services.config, audit: { ...services.config.audit, copyFolder: '/mnt/write-once' } };
    expect(await look('audit-log', { ...services, config: copied })).toMatchObject({ state: 'ok' });
    expect(await look('destinations')).toMatchObject({ state: 'ok' });
    await sql`insert into compliance_destinations (id, workspace_id, kind, name, settings, event_types, created_at, updated_at, failing_since, last_error)
      values ('dst_1', ${workspaceId}, 'webhook', 'SIEM', '{}', '[]', now(), now(), now(), 'It answers 500.')`.execute(
      services.db,
    );
    expect(await look('destinations')).toMatchObject({ state: 'problem', evidence: expect.stringContaining('SIEM') });
  });
});

describe('secrets', () => {
  const old = Buffer.alloc(32, 9).toString('base64');
  const current = Buffer.alloc(32, 7).toString('base64');
  const seal = async (ring: string) => {
    const sealed = await createSecretBox(await readKeyRing(ring, 'test')).seal('key', `secrets/${workspaceId}/x`);
    await services.db
      .insertInto('secrets')
      .values({ workspace_id: workspaceId, name: 'x', sealed, hint: '', updated_at: new Date() })
      .onConflict((conflict) => conflict.columns(['workspace_id', 'name']).doUpdateSet({ sealed }))
      .execute();
  };

  test('a row under a key that is gone, under a former one, under the current one', async () => {
    await seal(`old:${old}`);
    expect(await look('encryption')).toMatchObject({ state: 'problem', evidence: expect.stringContaining('old') });
    const both = createSecretBox(await readKeyRing(`1:${current},old:${old}`, 'test'));
    expect(await look('encryption', { ...services, secrets: both })).toMatchObject({
      state: 'warning',
      next: expect.stringContaining('rotate-keys'),
    });
    await seal(`1:${current}`);
    expect(await look('encryption')).toMatchObject({ state: 'ok' });
    expect(await look('database-tls')).toMatchObject({ state: 'ok' });
  });
});

describe('what is kept', () => {
  test('since when stays while the state does; what cannot be looked at is unknown with the reason', async () => {
    const first = await look('second-factor');
    services.setNow(new Date(Date.now() + dayMs));
    const again = await look('second-factor');
    expect(again.since).toBe(first.since);
    expect(again.checkedAt > first.checkedAt).toBe(true);
    await workspace({ second_factor_rule: 'admins' });
    const at = new Date();
    const row = { id: 'totp_1', workspace_id: workspaceId, member_id: ownerId, sealed_secret: 'x' };
    await services.db
      .insertInto('totp_secrets')
      .values({ ...row, created_at: at, confirmed_at: at, last_step: null })
      .execute();
    expect((await look('second-factor')).since > first.since).toBe(true);
    const memory = { ...services, config: { ...services.config, dataFolder: '/nowhere' } };
    expect(await look('disk', memory)).toMatchObject({ state: 'unknown', evidence: expect.stringContaining('ENOENT') });
  });

  test('two servers: a check of the machine is shown once, with the worse state and the server that has it', async () => {
    const second = (folder: string): Services => ({
      ...services,
      config: { ...services.config, listen: { ...services.config.listen, port: 8555 }, dataFolder: folder },
    });
    const first: Services = { ...services, config: { ...services.config, dataFolder: tmpdir() } };
    const name = `${hostname()}:8555`;
    expect((await look('disk', second('/nowhere'))).evidence).toMatch(/^It could not/);
    await look('disk', first);
    const { items } = await readChecks(services, workspaceId);
    expect(items.filter(({ id }) => id === 'disk')).toMatchObject([
      { state: 'unknown', evidence: expect.stringContaining(`On ${name}: `) },
    ]);
    // A day later that server is gone.
    services.setNow(new Date(Date.now() + dayMs + 60_000));
    expect((await look('disk', first)).evidence).not.toContain(name);
    await look('second-factor', second('/nowhere'));
    await look('second-factor');
    const rows = await services.db
      .selectFrom('setup_check_states')
      .select('server')
      .where('check_id', '=', 'second-factor')
      .execute();
    expect(rows).toEqual([{ server: '' }]);
  });

  test('a workspace that exists for a proof is nobody’s and is not looked at', async () => {
    await workspace({ proof_run_id: 'run_1' });
    expect(await runChecksEverywhere(services)).toEqual([]);
    expect(await readChecks(services, workspaceId)).toEqual({ items: [], checkedAt: null });
  });
});
