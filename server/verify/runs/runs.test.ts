import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { ProofCell, ProofRun } from '#contract/proofs.ts';
import { attemptWith, openProofRuns, type ProofRuns, proofThat } from '#testing/proof-runs.ts';
import { publishAgain } from '#testing/seed-policy.ts';
import { endCell } from './cell-queries.ts';
import { sweepLeft } from './proof-worker.ts';
import { takeWaitingRun } from './run-queries.ts';

// Each proof makes a workspace and deletes it: seconds on a machine that is busy with others.
vi.setConfig({ testTimeout: 120_000 });

let world: ProofRuns;
let policyId: string;
beforeAll(async () => {
  world = await openProofRuns();
  policyId = await world.policy('Contractors', 'allowed_sandbox_modes = ["read-only"]\n');
});
afterAll(() => world.services.close());
beforeEach(async () => {
  await world.services.db.deleteFrom('proof_runs').execute();
  await world.services.db.deleteFrom('audit_events').execute();
});

const readRun = async (id: string) =>
  (await world.call<{ run: ProofRun; cells: ProofCell[] }>('GET', `/verify/runs/${id}`)).body;
const one = { policies: [{ policyId: null as string | null }], clientVersions: ['0.169.0'] };
const holds = proofThat(() => [attemptWith('full-access', 'held')]);

test('a run takes every published policy and no policy, with every installed client', async () => {
  const { id } = await world.start();
  const { run, cells } = await readRun(id);
  expect(run).toMatchObject({
    number: 1,
    state: 'waiting',
    cellsTotal: 8,
    cellsDone: 0,
    startedBy: expect.any(String),
  });
  expect(new Set(cells.map(({ policyName, revision }) => `${policyName} ${revision}`))).toEqual(
    new Set(['Contractors 1', 'No policy 0']),
  );
  expect([...new Set(cells.map(({ clientVersion }) => clientVersion))].sort()).toEqual([
    '0.120.0',
    '0.140.0',
    '0.163.0',
    '0.169.0',
  ]);
});

test('a second run waits for nobody: it is refused while one is under way', async () => {
  const { id } = await world.start(one);
  const refused = await world.call('POST', '/verify/runs', one);
  expect(refused).toMatchObject({ status: 409, body: { code: 'proof-running', data: { runId: id } } });
  const together = await Promise.all([
    world.call('POST', '/verify/runs', one),
    world.call('POST', '/verify/runs', one),
  ]);
  expect(together.map(({ status }) => status)).toEqual([409, 409]);
  await world.proveNext(holds);
  const [first, second] = await Promise.all([
    world.call('POST', '/verify/runs', one),
    world.call('POST', '/verify/runs', one),
  ]);
  expect([first.status, second.status].sort()).toEqual([200, 409]);
});

test('two processes never take the same run', async () => {
  await world.start(one);
  let times = 0;
  const counted = proofThat(() => {
    times += 1;
    return [attemptWith('full-access', 'held')];
  });
  const took = await Promise.all([
    world.proveNext(counted, { runner: 'one' }),
    world.proveNext(counted, { runner: 'two' }),
  ]);
  expect(took.sort()).toEqual([false, true]);
  expect(times).toBe(1);
});

test('a process takes what it can carry out; what nobody takes it gives up at last', async () => {
  const { db, clock } = world.services;
  const { id } = await world.start({ ...one, clientVersions: ['0.163.0', '0.169.0'] });
  const take = (clients: string[], unclaimedBefore: Date) =>
    takeWaitingRun(db, { runner: 'test', at: clock(), able: { clients, unclaimedBefore } });
  const longAgo = new Date(0);
  const later = new Date(Date.now() + 3_600_000);
  expect(await take(['0.169.0'], longAgo)).toBeUndefined();
  expect(await take([], longAgo)).toBeUndefined();
  expect(await take([], later)).toMatchObject({ id });
  await db.updateTable('proof_runs').set({ state: 'waiting', runner: null }).execute();
  expect(await take(['0.120.0', '0.163.0', '0.169.0'], longAgo)).toMatchObject({ id });
});

test('a process that ended without a word leaves a failed run and its entry; what it says later changes nothing', async () => {
  const { services, workspaceId } = world;
  const { id } = await world.start(one);
  await takeWaitingRun(services.db, { runner: 'killed', at: new Date(Date.now() - 3_600_000) });
  await sweepLeft(services, { aliveBefore: new Date(Date.now() - 60_000) });
  expect(await world.events()).toEqual(['proof.started', 'proof.finished']);
  const [cell] = (await readRun(id)).cells;
  const counts = (await readRun(id)).run.counts;
  const late = { id: cell?.id ?? '', state: 'done', verdict: 'held', counts, error: null, at: new Date() } as const;
  await endCell(services.db, workspaceId, late);
  expect((await readRun(id)).cells[0]).toMatchObject({ state: 'failed', verdict: null });
});

test('a run that is done has its attempts, a verdict, an entry in the audit log and a certificate', async () => {
  const { id } = await world.start({ policies: [{ policyId }], clientVersions: ['0.163.0', '0.169.0'] });
  await world.proveNext(
    proofThat(({ client }) => [
      attemptWith('full-access', 'held'),
      attemptWith('rules', client.version === '0.169.0' ? 'held' : 'not-enforced'),
    ]),
  );
  const { run, cells } = await readRun(id);
  expect(run).toMatchObject({ state: 'done', verdict: 'partly', cellsDone: 2, attemptsDone: 4, attemptsTotal: 4 });
  expect(run.counts).toMatchObject({ held: 3, 'not-enforced': 1, broken: 0 });
  expect(run.certificateId).toMatch(/^cert_/);
  expect(cells.map(({ clientVersion, verdict, state }) => [clientVersion, verdict, state])).toEqual([
    ['0.163.0', 'partly', 'done'],
    ['0.169.0', 'held', 'done'],
  ]);
  const cell = await world.call<{ attempts: { attempt: string; evidence: unknown[] }[] }>(
    'GET',
    `/verify/cells/${cells[0]?.id}`,
  );
  expect(cell.body.attempts.map(({ attempt, evidence }) => [attempt, evidence.length])).toEqual([
    ['full-access', 1],
    ['rules', 1],
  ]);
  expect(await world.events()).toEqual(['proof.started', 'proof.finished', 'proof.certified']);
});

test('progress is written while a proof runs', async () => {
  const { id } = await world.start(one);
  let seen: ProofCell | undefined;
  await world.proveNext(async (_subject, { onProgress, onAttempt }) => {
    onProgress({ done: 3, total: 9, now: 'Web search' });
    await expect
      .poll(async () => {
        seen = (await readRun(id)).cells[0];
        return seen?.now;
      })
      .toBe('Web search');
    const attempt = attemptWith('full-access', 'held');
    onAttempt(attempt);
    return { attempts: [attempt], verdict: 'held', counts: { ...(await readRun(id)).run.counts, held: 1 } };
  });
  expect(seen).toMatchObject({ state: 'running', attemptsDone: 3, attemptsTotal: 9 });
  expect((await readRun(id)).cells[0]).toMatchObject({ state: 'done', now: null, attemptsDone: 1, attemptsTotal: 1 });
});

test('a run is stopped where it is; what is proved so far stays', async () => {
  const { id } = await world.start({ policies: one.policies, clientVersions: ['0.163.0', '0.169.0'] });
  let cells = 0;
  await world.proveNext(async (_subject, options) => {
    cells += 1;
    if (cells === 1) return holds(_subject, options);
    const asked = await world.call('POST', `/verify/runs/${id}/cancel`);
    expect(asked.status).toBe(200);
    await new Promise((_, reject) =>
      options.signal.addEventListener('abort', () => reject(options.signal.reason), { once: true }),
    );
    throw new Error('cannot get here');
  });
  const { run, cells: after } = await readRun(id);
  expect(run).toMatchObject({ state: 'cancelled', certificateId: null });
  expect(after.map(({ state }) => state)).toEqual(['done', 'cancelled']);
  expect(await world.events()).toEqual(['proof.started', 'proof.cancelled']);
  expect((await world.call('POST', `/verify/runs/${id}/cancel`)).status).toBe(409);
  const certificate = await world.call('GET', `/verify/runs/${id}/certificate`);
  expect(certificate).toMatchObject({ status: 409, body: { code: 'proof-not-finished' } });
});

test('one that still waits is stopped at once', async () => {
  const { id } = await world.start(one);
  const { body } = await world.call<{ run: ProofRun }>('POST', `/verify/runs/${id}/cancel`);
  expect(body.run.state).toBe('cancelled');
  expect(await world.proveNext(holds)).toBe(false);
});

test('what cannot be carried out says why, and the others go on', async () => {
  const { id } = await world.start({ policies: one.policies, clientVersions: ['0.163.0', '0.169.0'] });
  await world.proveNext(
    proofThat(({ client }) => {
      if (client.version === '0.163.0') throw new Error('the client did not start');
      return [attemptWith('full-access', 'held')];
    }),
  );
  const { run, cells } = await readRun(id);
  expect(run).toMatchObject({
    state: 'failed',
    certificateId: null,
    error: expect.stringContaining('One proof could'),
  });
  expect(cells.map(({ state, error }) => [state, error])).toEqual([
    ['failed', 'the client did not start'],
    ['done', null],
  ]);
  const alerts = await world.call<{ items: { kind: string }[] }>('GET', '/verify/alerts');
  expect(alerts.body.items.map(({ kind }) => kind)).toEqual(['run-failed']);
});

test('a server that stops ends its proof and says so', async () => {
  const { id } = await world.start(one);
  const stopping = new AbortController();
  await world.proveNext(
    async (_subject, { signal }) => {
      stopping.abort();
      signal.throwIfAborted();
      throw new Error('cannot get here');
    },
    { stopping: stopping.signal },
  );
  const { run } = await readRun(id);
  expect(run).toMatchObject({ state: 'failed', error: 'Reeve stopped while this proof ran. Start it again.' });
});

test('a version that is named is proved, whatever is published meanwhile; the matrix says which is current', async () => {
  const { db } = world.services;
  const other = await world.policy('Staff', 'allowed_sandbox_modes = ["read-only"]\n');
  await publishAgain(db, other, { contents: 'allowed_sandbox_modes = ["workspace-write", "read-only"]\n' });
  const seen: [number, string][] = [];
  const looks = proofThat(({ policy }) => {
    seen.push([policy.revision, policy.contents]);
    return [attemptWith('full-access', 'held')];
  });
  const matrixCell = async () => {
    const { body } = await world.call<{ cells: { policyId: string; isCurrent: boolean; revision: number }[] }>(
      'GET',
      '/verify/matrix',
    );
    return body.cells.filter((cell) => cell.policyId === other).map(({ revision, isCurrent }) => [revision, isCurrent]);
  };
  await world.start({ policies: [{ policyId: other, revision: 1 }], clientVersions: ['0.169.0'] });
  await world.proveNext(looks);
  expect(await matrixCell()).toEqual([[1, false]]);
  await world.start({ policies: [{ policyId: other }], clientVersions: ['0.169.0'] });
  await world.proveNext(looks);
  expect(await matrixCell()).toEqual([[2, true]]);
  expect(seen).toEqual([
    [1, 'allowed_sandbox_modes = ["read-only"]\n'],
    [2, 'allowed_sandbox_modes = ["workspace-write", "read-only"]\n'],
  ]);
});

test('runs come in pages, the newest first', async () => {
  for (let number = 1; number <= 3; number += 1) {
    await world.start(one);
    await world.proveNext(holds);
  }
  const first = await world.call<{ items: ProofRun[]; nextCursor: string }>('GET', '/verify/runs?limit=2');
  expect(first.body.items.map(({ number }) => number)).toEqual([3, 2]);
  const second = await world.call<{ items: ProofRun[]; nextCursor: null }>(
    'GET',
    `/verify/runs?limit=2&cursor=${first.body.nextCursor}`,
  );
  expect(second.body.items.map(({ number }) => number)).toEqual([1]);
  expect(second.body.nextCursor).toBeNull();
});

test('what is not there or not installed is refused with what to do', async () => {
  const unknown = await world.call('POST', '/verify/runs', { policies: [{ policyId: 'pol_none' }] });
  expect(unknown.status).toBe(404);
  const absent = await world.call<{ message: string }>('POST', '/verify/runs', { clientVersions: ['0.1.0'] });
  expect(absent).toMatchObject({ status: 409, body: { code: 'client-not-installed' } });
  expect(absent.body.message).toContain('reeve prove install 0.1.0');
  expect((await world.call('POST', '/verify/clients/9.9.9/install')).status).toBe(400);
  const installed = await world.call('POST', '/verify/clients/0.169.0/install');
  expect(installed.body).toEqual({ client: { version: '0.169.0', state: 'installed', error: null } });
});
