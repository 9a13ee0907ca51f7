import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunnerDriver } from '#contract/runners.ts';
import type { AttemptNeeds } from '#server/db/cloud-tables.ts';
import { chooseLanes } from './choose-lanes.ts';
import { fitRunner } from './fit-runner.ts';
import { type GroupRooms, groupRooms, noGroups } from './group-rooms.ts';
import { pickAttempts, type QueuedAttempt, togetherMs, type WaitingClaim } from './pick-attempts.ts';

const noNeeds: AttemptNeeds = { labels: [], runtime: 'any', cpus: 1 };
const docker = { kind: 'docker', runtimes: ['runc', 'runsc'] } satisfies Pick<RunnerDriver, 'kind' | 'runtimes'>;
const processes = { kind: 'process', runtimes: ['process'] } satisfies Pick<RunnerDriver, 'kind' | 'runtimes'>;

const claimOf = (more: Partial<WaitingClaim> = {}): WaitingClaim => ({
  runnerId: 'run',
  labels: [],
  drivers: [docker],
  environments: new Set(),
  ...more,
});
const attempt = (
  id: string,
  memberId: string,
  queuedAtMs: number,
  more: Partial<QueuedAttempt> = {},
): QueuedAttempt => {
  const environmentId = more.environmentId ?? 'env';
  const needs = more.needs ?? noNeeds;
  const lane = `${memberId}/${environmentId}/${JSON.stringify(needs)}`;
  return { id, memberId, queuedAt: new Date(queuedAtMs), environmentId, needs, lane };
};
const none: ReadonlyMap<string | null, number> = new Map();
const limits = { perMember: 4, perWorkspace: 100 };
const groups = noGroups;
const claims = (count: number) => Array.from({ length: count }, () => claimOf());
const ids = (picked: { attempt: QueuedAttempt }[]) => picked.map((each) => each.attempt.id);

describe('a runner fits', () => {
  test('with every label that is wanted, and the runtime', () => {
    const needs: AttemptNeeds = { labels: ['gpu', 'eu'], runtime: 'runsc', cpus: 1 };
    expect(fitRunner({ labels: ['eu', 'gpu', 'x'], drivers: [processes, docker] }, needs)).toEqual({
      driver: 'docker',
      runtime: 'runsc',
    });
    expect(fitRunner({ labels: ['eu'], drivers: [docker] }, needs)).toBeNull();
    expect(fitRunner({ labels: ['eu', 'gpu'], drivers: [processes] }, needs)).toBeNull();
  });

  test('with a container before a mere process, where any will do', () => {
    expect(fitRunner({ labels: [], drivers: [processes, docker] }, noNeeds)).toEqual({
      driver: 'docker',
      runtime: 'runc',
    });
    expect(fitRunner({ labels: [], drivers: [processes] }, noNeeds)).toEqual({ driver: 'process', runtime: 'process' });
    expect(fitRunner({ labels: [], drivers: [] }, noNeeds)).toBeNull();
  });
});

describe('what comes next', () => {
  test('whoever has the fewest running, then whoever waits longest: a member with many tasks does not hold up the others', () => {
    const heads = [
      ...[1, 2, 3, 4].map((n) => attempt(`many-${n}`, 'ada', n)),
      attempt('grace-1', 'grace', 1000),
      attempt('linus-1', 'linus', 2000),
    ];
    expect(ids(pickAttempts({ heads, running: none, limits, groups }, claims(6)))).toEqual([
      'many-1',
      'grace-1',
      'linus-1',
      'many-2',
      'many-3',
      'many-4',
    ]);
    expect(ids(pickAttempts({ heads, running: new Map([['ada', 1]]), limits, groups }, claims(1)))).toEqual([
      'grace-1',
    ]);
  });

  test('only what fits; what does not keeps its place', () => {
    const gpu: AttemptNeeds = { labels: ['gpu'], runtime: 'any', cpus: 1 };
    const heads = [attempt('wants-gpu', 'ada', 1, { needs: gpu }), attempt('plain', 'ada', 2)];
    expect(
      ids(pickAttempts({ heads, running: none, limits, groups }, [claimOf(), claimOf({ labels: ['gpu'] })])),
    ).toEqual(['plain', 'wants-gpu']);
  });

  test('nothing of a member of a full group, whichever of their groups it is; nobody else waits for that', () => {
    const heads = [
      attempt('ada-1', 'ada', 1),
      attempt('ada-2', 'ada', 2),
      attempt('grace-1', 'grace', 3),
      attempt('linus-1', 'linus', 4),
      attempt('ken-1', 'ken', 5),
    ];
    const one = (groupId: string, memberId: string, runningAtOnce: number) => ({ groupId, memberId, runningAtOnce });
    const running = new Map([['bob', 1]]);
    const rooms = groupRooms(
      [
        one('web', 'ada', 2),
        one('web', 'grace', 2),
        one('web', 'bob', 2),
        one('big', 'grace', 9),
        one('full', 'linus', 1),
        one('full', 'bob', 1),
        one('big', 'linus', 9),
      ],
      running,
    );
    // One more of “web”, which is the older one's; nothing of “full”, though “big” has room.
    expect(ids(pickAttempts({ heads, running, limits, groups: rooms }, claims(5)))).toEqual(['ada-1', 'ken-1']);
  });

  test('of those that came together, one whose set-up the runner has kept; older ones stay first', () => {
    const kept = claimOf({ environments: new Set(['kept']) });
    const heads = (ageMs: number) => [
      attempt('first', 'ada', 0),
      attempt('kept', 'grace', ageMs, { environmentId: 'kept' }),
    ];
    expect(ids(pickAttempts({ heads: heads(togetherMs), running: none, limits, groups }, [kept]))).toEqual(['kept']);
    expect(ids(pickAttempts({ heads: heads(togetherMs + 1), running: none, limits, groups }, [kept]))).toEqual([
      'first',
    ]);
    const running = new Map([['grace', 1]]);
    expect(ids(pickAttempts({ heads: heads(0), running, limits, groups }, [kept]))).toEqual(['first']);
  });
});

const aRuntime = fc.constantFrom<AttemptNeeds['runtime']>('any', 'runc', 'runsc', 'process');
const someLabels = fc.subarray(['gpu', 'eu', 'big']);
const aQueued = fc.record({
  memberId: fc.constantFrom('ada', 'grace', 'linus', 'ken'),
  environmentId: fc.constantFrom('env-1', 'env-2'),
  needs: fc.record({ labels: someLabels, runtime: aRuntime, cpus: fc.constant(1) }),
  queuedAtMs: fc.integer({ min: 0, max: 50_000 }),
});
const aClaim = fc.record({
  runnerId: fc.uuid(),
  labels: someLabels,
  drivers: fc.subarray([docker, processes]),
  environments: fc.subarray(['env-1', 'env-2']).map((names) => new Set(names)),
});

const limitOf = { interns: 1, web: 3, all: 6 } as const;
const someGroups = fc
  .subarray(
    ['ada', 'grace', 'linus', 'ken'].flatMap((memberId) => Object.keys(limitOf).map((groupId) => [memberId, groupId])),
  )
  .map((pairs) =>
    pairs.map(([memberId = '', groupId = '']) => ({
      memberId,
      groupId,
      runningAtOnce: limitOf[groupId as keyof typeof limitOf],
    })),
  );

/** The rule as it is written, looking at everything each time. */
function expectPicks(
  {
    queue,
    running,
    limits: { perMember, perWorkspace },
    groups: rooms,
  }: {
    queue: readonly QueuedAttempt[];
    running: ReadonlyMap<string | null, number>;
    limits: typeof limits;
    groups: GroupRooms;
  },
  waiting: readonly WaitingClaim[],
): string[] {
  const queued = [...queue];
  const counts = new Map(running);
  const left = new Map(rooms.left);
  const groupsOf = (one: QueuedAttempt) => rooms.of.get(one.memberId) ?? [];
  const runs = (one: QueuedAttempt) => counts.get(one.memberId) ?? 0;
  const picks: string[] = [];
  for (const claim of waiting) {
    if ([...counts.values()].reduce((sum, count) => sum + count, 0) >= perWorkspace) break;
    const fitting = queued
      .filter((one) => runs(one) < perMember && fitRunner(claim, one.needs) !== null)
      .filter((one) => groupsOf(one).every((id) => (left.get(id) ?? 0) > 0))
      .filter((one) => !queued.some((other) => other.lane === one.lane && isOlder(other, one)))
      .toSorted((one, other) => runs(one) - runs(other) || (isOlder(one, other) ? -1 : 1));
    const [first] = fitting;
    if (!first) continue;
    const together = fitting.filter(
      (one) => runs(one) === runs(first) && one.queuedAt.getTime() - first.queuedAt.getTime() <= togetherMs,
    );
    const chosen = together.find(({ environmentId }) => claim.environments.has(environmentId ?? '')) ?? first;
    picks.push(chosen.id);
    counts.set(chosen.memberId, runs(chosen) + 1);
    for (const id of groupsOf(chosen)) left.set(id, (left.get(id) ?? 0) - 1);
    queued.splice(queued.indexOf(chosen), 1);
  }
  return picks;
}
const isOlder = (one: QueuedAttempt, other: QueuedAttempt): boolean =>
  one.queuedAt.getTime() === other.queuedAt.getTime() ? one.id < other.id : one.queuedAt < other.queuedAt;

test('the picks are those of the rule as it is written, whatever waits and whoever asks', () => {
  fc.assert(
    fc.property(
      fc.array(aQueued, { maxLength: 40 }),
      fc.array(aClaim, { maxLength: 12 }),
      fc.record({ perMember: fc.integer({ min: 1, max: 5 }), perWorkspace: fc.integer({ min: 1, max: 12 }) }),
      fc.dictionary(fc.constantFrom('ada', 'grace', 'ken'), fc.integer({ min: 0, max: 3 })),
      someGroups,
      (queued, waiting, ofLimits, already, memberships) => {
        const queue = queued.map(({ memberId, queuedAtMs, ...more }, index) =>
          attempt(`a${String(index).padStart(2, '0')}`, memberId, queuedAtMs, more),
        );
        const running = new Map<string | null, number>(Object.entries(already));
        const each = Math.min(waiting.length, ofLimits.perMember);
        const heads = [...Map.groupBy(queue, ({ lane }) => lane).values()].flatMap((lane) =>
          lane.toSorted((one, other) => (isOlder(one, other) ? -1 : 1)).slice(0, each),
        );
        const rooms = groupRooms(memberships, running);
        const picked = pickAttempts({ heads, running, limits: ofLimits, groups: rooms }, waiting);
        expect(ids(picked)).toEqual(expectPicks({ queue, running, limits: ofLimits, groups: rooms }, waiting));
        for (const { claim, attempt: one, driver, runtime } of picked)
          expect(fitRunner(claim, one.needs)).toEqual({ driver, runtime });
      },
    ),
    { numRuns: 500 },
  );
});

test('of a long queue only some lanes are looked at, and the picks are the same', () => {
  const gpu: AttemptNeeds = { labels: ['gpu'], runtime: 'any', cpus: 1 };
  const heads = Array.from({ length: 2_000 }, (_, index) =>
    attempt(`a${String(index).padStart(4, '0')}`, `m${index}`, (index * 7919) % 2_000_000, {
      ...(index % 3 === 0 ? { needs: gpu } : {}),
    }),
  );
  const running = new Map<string | null, number>(
    heads.filter((_, index) => index % 5 < 4).map((one) => [one.memberId, 1]),
  );
  // A third of the members are in a group that becomes full meanwhile, and some of these in another one.
  const memberships = heads.flatMap(({ memberId }, index) => [
    ...(index % 3 === 1 ? [{ groupId: 'third', memberId: memberId ?? '', runningAtOnce: 545 }] : []),
    ...(index % 7 === 1 ? [{ groupId: 'seventh', memberId: memberId ?? '', runningAtOnce: 233 }] : []),
  ]);
  const rooms = groupRooms(memberships, running);
  expect([...rooms.left.values()].every((left) => left > 0 && left < 20)).toBe(true);
  const queue = { heads, running, limits: { perMember: 2, perWorkspace: 10_000 }, groups: rooms };
  const waiting = [...claims(20), ...Array.from({ length: 20 }, () => claimOf({ labels: ['gpu'] }))];
  const lanes = new Set(chooseLanes(heads, queue, waiting));
  expect(lanes.size).toBeLessThan(900);
  const looked = heads.filter(({ lane }) => lanes.has(lane));
  expect(ids(pickAttempts({ ...queue, heads: looked }, waiting))).toEqual(ids(pickAttempts(queue, waiting)));
});

test('a member with tasks in hundreds of environments does not fill what is looked at', () => {
  const environments = Array.from({ length: 200 }, (_, n) => `env-${n}`);
  const heads = [
    ...environments.map((environmentId, n) => attempt(`many-${n}`, 'ada', n, { environmentId })),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => attempt(`one-${n}`, `member-${n}`, 1_000 + n)),
  ];
  const chosen = new Set(chooseLanes(heads, { running: none, limits, groups: noGroups }, claims(10)));
  expect(chosen.size).toBeLessThan(heads.length);
  const seen = heads.filter(({ lane }) => chosen.has(lane));
  const picked = pickAttempts({ heads: seen, running: none, limits, groups: noGroups }, claims(10));
  expect(new Set(picked.map((each) => each.attempt.memberId)).size).toBe(10);
});
