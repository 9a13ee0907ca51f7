import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { ProofAlert, ProofRun } from '#contract/proofs.ts';
import { attemptWith, openProofRuns, type ProofRuns, proofThat } from '#testing/proof-runs.ts';
import { lastMoment, startDueRuns } from './schedule.ts';

// Each proof makes a workspace and deletes it: seconds on a machine that is busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let world: ProofRuns;
beforeAll(async () => {
  world = await openProofRuns();
});
afterAll(() => world.services.close());
afterEach(async () => {
  world.services.setNow(null);
  await world.services.db.deleteFrom('proof_runs').execute();
});

const holds = proofThat(() => [attemptWith('full-access', 'held')]);
const runs = async () => (await world.call<{ items: ProofRun[] }>('GET', '/verify/runs')).body.items;
const schedule = (change: object) =>
  world.call('PUT', '/verify/schedule', {
    every: 'day',
    hourUtc: 3,
    weekday: 1,
    clientVersions: ['0.169.0'],
    ...change,
  });

test.each([
  ['day', 3, 1, '2026-11-26T02:59:59Z', '2026-11-25T03:00:00.000Z'],
  ['day', 3, 1, '2026-11-26T03:00:00Z', '2026-11-26T03:00:00.000Z'],
  // The 26th is a Thursday.
  ['week', 3, 4, '2026-11-26T03:00:00Z', '2026-11-26T03:00:00.000Z'],
  ['week', 3, 4, '2026-11-26T02:00:00Z', '2026-11-19T03:00:00.000Z'],
  ['week', 0, 1, '2026-11-29T23:59:59Z', '2026-11-23T00:00:00.000Z'],
  ['week', 23, 7, '2026-11-29T23:00:00Z', '2026-11-29T23:00:00.000Z'],
] as const)('every %s at %i h, day %i: at %s it was %s', (every, hourUtc, weekday, now, moment) => {
  expect(lastMoment({ every, hourUtc, weekday }, new Date(now))?.toISOString()).toBe(moment);
});

test('what is due is started once, whichever processes look for it', async () => {
  const { services } = world;
  services.setNow(new Date('2026-11-26T10:00:00Z'));
  await schedule({});
  expect(await startDueRuns(services)).toBe(0);
  services.setNow(new Date('2026-11-27T02:59:59Z'));
  expect(await startDueRuns(services)).toBe(0);
  services.setNow(new Date('2026-11-27T03:00:01Z'));
  const started = await Promise.all([startDueRuns(services), startDueRuns(services), startDueRuns(services)]);
  expect(started.reduce((sum, one) => sum + one)).toBe(1);
  expect(await runs()).toMatchObject([{ trigger: 'schedule', startedBy: 'Schedule', state: 'waiting' }]);
  await world.proveNext(holds);
  expect(await startDueRuns(services)).toBe(0);
  services.setNow(new Date('2026-11-28T03:00:01Z'));
  expect(await startDueRuns(services)).toBe(1);
});

test('a moment that meets a running proof waits for its end; one that is long gone is let go', async () => {
  const { services } = world;
  services.setNow(new Date('2026-12-01T10:00:00Z'));
  await schedule({});
  await world.start({ policies: [{ policyId: null }], clientVersions: ['0.169.0'] });
  services.setNow(new Date('2026-12-02T03:00:01Z'));
  expect(await startDueRuns(services)).toBe(0);
  await world.proveNext(holds);
  services.setNow(new Date('2026-12-02T03:20:00Z'));
  expect(await startDueRuns(services)).toBe(1);
  await world.proveNext(holds);
  services.setNow(new Date('2026-12-03T12:00:00Z'));
  expect(await startDueRuns(services)).toBe(0);
});

test('a moment whose client is gone is let go at once, and told once', async () => {
  const { services } = world;
  const db = services.db;
  services.setNow(new Date('2026-12-05T10:00:00Z'));
  await schedule({});
  await db
    .updateTable('proof_schedules')
    .set({ client_versions: JSON.stringify(['0.1.0']) })
    .execute();
  const alerts = async () =>
    (await world.call<{ items: ProofAlert[] }>('GET', '/verify/alerts?state=open')).body.items.map(
      ({ kind, sentence, runId }) => ({ kind, sentence, runId }),
    );
  services.setNow(new Date('2026-12-06T03:00:01Z'));
  expect(await startDueRuns(services)).toBe(0);
  const told = { kind: 'run-failed', sentence: expect.stringContaining('Codex 0.1.0 is not installed'), runId: null };
  expect(await alerts()).toEqual([told]);
  const { started_for } = await db.selectFrom('proof_schedules').select('started_for').executeTakeFirstOrThrow();
  expect(started_for?.toISOString()).toBe('2026-12-06T03:00:00.000Z');
  services.setNow(new Date('2026-12-07T03:00:01Z'));
  expect(await startDueRuns(services)).toBe(0);
  expect(await alerts()).toEqual([told]);
});

test('a schedule that is off starts nothing, and a client that is not there is refused', async () => {
  const { services } = world;
  services.setNow(new Date('2026-12-10T10:00:00Z'));
  await schedule({ every: 'off' });
  services.setNow(new Date('2026-12-11T03:30:00Z'));
  expect(await startDueRuns(services)).toBe(0);
  expect(await schedule({ clientVersions: ['0.1.0'] })).toMatchObject({
    status: 409,
    body: { code: 'client-not-installed' },
  });
});
