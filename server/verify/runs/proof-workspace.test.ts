import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listDue } from '#server/analytics/due-queries.ts';
import { countUsage } from '#server/analytics/index.ts';
import { listWantedZones } from '#server/analytics/recount-queries.ts';
import { auditCalls, auditJobs, record, systemActor } from '#server/audit/index.ts';
import { listWorkspaces } from '#server/compliance/keeping/retention-queries.ts';
import { listWorkspaceIds } from '#server/compliance/log-files/log-file-queries.ts';
import { joinableWorkspaceId } from '#server/connect/queries.ts';
import { deleteProofWorkspace } from '#server/db/delete-workspace.ts';
import { findSignInWorkspace } from '#server/identity/codex-oauth/sign-in-queries.ts';
import { listEndingTokens } from '#server/identity/expiry-queries.ts';
import { findFirstWorkspaceId } from '#server/identity/session-queries.ts';
import { listEndingKeys } from '#server/keys/expiry-queries.ts';
import { readOnlyWorkspaceId } from '#server/models/gateway-queries.ts';
import { newCallRow, recordOf, saveRecords } from '#server/models/index.ts';
import { deliverPolicy } from '#server/policies/index.ts';
import { readOnlyWorkspace } from '#server/workspace/index.ts';
import { attemptWith, openProofRuns, type ProofRuns, proofThat, tablesThatMention } from '#testing/proof-runs.ts';
import { setBaseline } from '#testing/seed-policy.ts';
import { sweepLeft } from './proof-worker.ts';
import { openProofWorkspace, type ProofWorkspace } from './proof-workspace.ts';
import { readProvable } from './start-run.ts';

// Each proof makes a workspace and deletes it: seconds on a machine that is busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let world: ProofRuns;
let policyId: string;
beforeAll(async () => {
  world = await openProofRuns();
  policyId = await world.policy('Contractors', 'allowed_sandbox_modes = ["read-only"]\n');
  const baseline = await world.policy('Everybody', 'allowed_web_search_modes = ["disabled"]\n');
  await setBaseline(world.services.db, world.workspaceId, baseline);
});
afterAll(() => world.services.close());

const open = async (): Promise<ProofWorkspace> => {
  const { services, workspaceId } = world;
  const provable = await readProvable(services.db, workspaceId, { policyId });
  return openProofWorkspace(services, { workspaceId, runId: 'prf_none', ...provable, keepsMinimum: true });
};

/** As if its client had worked: a call, a token, a sign-in, entries of the audit log. */
async function use({
  id,
  memberId,
  createAccessToken,
  modelUrlIsSet,
}: Pick<ProofWorkspace, 'id' | 'memberId' | 'createAccessToken' | 'modelUrlIsSet'>): Promise<void> {
  const { services } = world;
  const { db } = services;
  await createAccessToken();
  await modelUrlIsSet('http://127.0.0.1:9/v1');
  const at = services.clock();
  const row = { ...newCallRow({ at, ip: null }), workspace_id: id, member_id: memberId };
  await saveRecords(services, [recordOf({ ...row, outcome: 'completed', ended_at: at })]);
  await db.transaction().execute((tx) => record(tx, systemActor('a test', id), 'client.authorized', { at }));
  const artifact = { model: 'Grant', payload: JSON.stringify({ accountId: memberId }), consumed_at: null };
  await db
    .insertInto('oauth_artifacts')
    .values({ ...artifact, id_hash: id, grant_id: `grant-${id}`, uid: null, user_code: null, expires_at: null })
    .execute();
  const grant = { member_id: memberId, client_id: 'app', method: 'device-code' as const, ip: null, created_at: at };
  const stamps = { last_used_at: null, expires_at: null, revoked_at: null, revoked_because: null };
  await db
    .insertInto('client_grants')
    .values({ id: `cg_${id}`, workspace_id: id, oauth_grant_id: `grant-${id}`, ...grant, ...stamps })
    .execute();
  await db
    .insertInto('oauth_artifacts')
    .values({
      ...artifact,
      payload: '{}',
      id_hash: `t${id}`,
      grant_id: `grant-${id}`,
      uid: null,
      user_code: null,
      expires_at: null,
    })
    .execute();
}

test('the policy and the baseline reach the synthetic member by the ordinary way', async () => {
  const opened = await open();
  const { id, memberId } = opened;
  const fetch = { client: 'codex_exec', clientVersion: '0.169.0', form: 'bundle' as const };
  const delivery = await deliverPolicy(world.services, { workspaceId: id, memberId }, fetch);
  expect(delivery.policy).toMatchObject({ name: 'Contractors', revision: 1 });
  expect(delivery.baseline).toMatchObject({ name: 'Everybody' });
  await opened.close();
});

test('nothing that looks after workspaces sees one of a proof', async () => {
  const { services, workspaceId } = world;
  const { db } = services;
  const opened = await open();
  await use(opened);
  const { id, memberId } = opened;
  // The real one is not the oldest, so that whoever takes the first finds the wrong one.
  await db
    .updateTable('workspaces')
    .set({ created_at: new Date(0) })
    .where('id', '=', id)
    .execute();
  const soon = { now: services.clock(), until: new Date(services.clock().getTime() + 3 * 86_400_000) };
  expect(await listWorkspaceIds(db)).toEqual([workspaceId]);
  expect(await listWorkspaces(db)).toEqual([workspaceId]);
  expect((await listWantedZones(db)).map((zone) => zone.id)).toEqual([workspaceId]);
  expect(await listDue(db, 10)).toEqual([]);
  expect(await joinableWorkspaceId(db)).toBe(workspaceId);
  expect((await findSignInWorkspace(db))?.id).toBe(workspaceId);
  expect(await findFirstWorkspaceId(db)).toBe(workspaceId);
  expect((await readOnlyWorkspace(db))?.id).toBe(workspaceId);
  expect(await listEndingTokens(db, soon)).toEqual([]);
  expect(await listEndingKeys(db, soon)).toEqual([]);
  expect(await readOnlyWorkspaceId(db, { named: null, isOfProof: false })).toBe(workspaceId);
  expect(await readOnlyWorkspaceId(db, { named: id, isOfProof: false })).toBe(id);
  expect(await readOnlyWorkspaceId(db, { named: null, isOfProof: true })).toBe(id);
  expect(await auditCalls(services)['audit-chains']()).not.toContain(id);
  for (const { run } of auditJobs(services)) await run();
  await countUsage(services).runToEnd();
  const counted = await tablesThatMention(db, [memberId]);
  expect(counted.filter((table) => /usage|compliance|checkpoints|copies/.test(table))).toEqual([]);
  await opened.close();
});

test('after a run no row of any table mentions its workspace, member, group or policy', async () => {
  const { services, workspaceId } = world;
  const ids: string[] = [];
  await world.start({ policies: [{ policyId }], clientVersions: ['0.169.0'] });
  const before = await services.db.selectFrom('members').select('id').where('workspace_id', '=', workspaceId).execute();
  await world.proveNext(
    proofThat(async (subject) => {
      const { id } = await services.db
        .selectFrom('workspaces')
        .select('id')
        .where('proof_run_id', 'is not', null)
        .executeTakeFirstOrThrow();
      const of = async (table: 'members' | 'groups' | 'policies') =>
        (await services.db.selectFrom(table).select('id').where('workspace_id', '=', id).execute()).map(
          (row) => row.id,
        );
      ids.push(id, ...(await of('members')), ...(await of('groups')), ...(await of('policies')));
      await use({ ...subject, id, memberId: ids[1] ?? '' });
      expect(await tablesThatMention(services.db, [id])).not.toEqual([]);
      return [attemptWith('full-access', 'held', { observed: `It was ${ids.join()}.` })];
    }),
  );
  expect(ids).toHaveLength(5);
  expect(await tablesThatMention(services.db, ids)).toEqual([]);
  expect(
    await services.db.selectFrom('members').select('id').where('workspace_id', '=', workspaceId).execute(),
  ).toEqual(before);
  expect(await world.events()).toEqual(['proof.started', 'proof.finished', 'proof.certified']);
});

test('a workspace of people is never deleted this way', async () => {
  const { services, workspaceId } = world;
  expect(await deleteProofWorkspace(services.db, workspaceId)).toBe(false);
  expect((await readOnlyWorkspace(services.db))?.id).toBe(workspaceId);
});

test('what a killed process left is taken away, and its run has failed', async () => {
  const { services, call } = world;
  const { db } = services;
  const { id: runId } = await world.start({ policies: [{ policyId: null }], clientVersions: ['0.169.0'] });
  const at = services.clock();
  // As it stands when the process is gone between two beats.
  await db
    .updateTable('proof_runs')
    .set({ state: 'running', runner: 'gone', started_at: at, alive_at: at })
    .where('id', '=', runId)
    .execute();
  const opened = await open();
  await db.updateTable('workspaces').set({ proof_run_id: runId }).where('id', '=', opened.id).execute();
  await use(opened);
  expect(await sweepLeft(services, { aliveBefore: new Date(at.getTime() - 60_000) })).toBe(0);
  expect(await sweepLeft(services, { aliveBefore: new Date(at.getTime() + 1) })).toBe(2);
  expect(await tablesThatMention(db, [opened.id, opened.memberId])).toEqual([]);
  const { body } = await call<{ run: { state: string; error: string }; cells: { state: string }[] }>(
    'GET',
    `/verify/runs/${runId}`,
  );
  expect(body.run).toMatchObject({ state: 'failed', error: expect.stringContaining('without a word') });
  expect(body.cells.map(({ state }) => state)).toEqual(['failed']);
});
