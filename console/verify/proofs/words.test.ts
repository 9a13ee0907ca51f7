import { expect, test } from 'vitest';
import type { ProofAttempt, ProofCell, ProofCounts } from '#contract/proofs.ts';
import { estimateProof, sayAbout } from './estimate.ts';
import { groupAttempts, sayAttempt, sayCell } from './proof-words.ts';
import { answerMatrix, type MatrixCell } from './say-matrix.ts';
import { localHour, saySchedule } from './schedule-words.ts';

const counts = (part: Partial<ProofCounts> = {}): ProofCounts => ({
  held: 20,
  broken: 0,
  'not-enforced': 0,
  'not-tried': 0,
  inconclusive: 0,
  ...part,
});

const cell = (part: Partial<MatrixCell> = {}): MatrixCell => ({
  id: 'c1',
  runId: 'r1',
  policyId: 'p1',
  policyName: 'Contractors',
  revision: 3,
  clientVersion: '0.169.0',
  state: 'done',
  verdict: 'held',
  counts: counts(),
  attemptsDone: 20,
  attemptsTotal: 20,
  now: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:40.000Z',
  error: null,
  isCurrent: true,
  ...part,
});

const matrix = (...cells: MatrixCell[]) => ({
  policies: [{ id: 'p1', name: 'Contractors', revision: 3 }],
  clients: [
    { version: '0.169.0', state: 'installed' as const, error: null },
    { version: '0.120.0', state: 'absent' as const, error: null },
  ],
  cells,
});

test('a cell says its state in a word, and an old proof is no proof of what is published', () => {
  const words = (of: ProofCell | undefined, revision?: number) =>
    Object.values(sayCell(of, revision === undefined ? null : { revision })).join(' | ');
  expect(words(undefined)).toBe('quiet | Not proven yet | ');
  expect(words(cell())).toBe('ok | Held | 20 attempts');
  expect(words(cell(), 4)).toBe('quiet | Out of date | v3 held, v4 is published');
  expect(words(cell(), 3)).toBe('quiet | Out of date | v3 held, the baseline has changed since');
  expect(words(cell({ verdict: 'broken', counts: counts({ broken: 2 }) }))).toBe(
    'bad | Broken | 2 of 22 attempts broken',
  );
  expect(words(cell({ verdict: 'partly', counts: counts({ 'not-enforced': 3 }) }))).toBe(
    'warn | Partly | 3 not enforced',
  );
  expect(words(cell({ state: 'running', verdict: null, attemptsDone: 4 }))).toBe('info | Being tried | 4 of 20');
  expect(words(cell({ state: 'failed', verdict: null, error: 'The disk is full.' }))).toBe(
    'info | Could not be tried | The disk is full.',
  );
});

test('what a client does not know never looks like a pass', () => {
  expect(sayAttempt('not-enforced', '0.140.0')).toEqual({ tone: 'warn', word: 'Not enforced by 0.140.0' });
  expect(sayAttempt('not-tried', '0.140.0').tone).toBe('off');
});

test('the matrix answers with its worst news', () => {
  const answer = (...cells: MatrixCell[]) => answerMatrix(matrix(...cells))?.answer;
  expect(answer()).toBeUndefined();
  expect(answer(cell())).toBe('Yes');
  expect(answerMatrix(matrix(cell({ isCurrent: false })))).toMatchObject({
    answer: 'Not proven for all',
    because: '0 of 1 combination held and 1 is out of date.',
  });
  expect(answer(cell({ verdict: 'partly' }))).toBe('Partly');
  expect(answer(cell({ verdict: 'inconclusive' }))).toBe('Not certain');
  // A client that is not installed any more but was proven counts; one that never was does not.
  expect(answer(cell(), cell({ clientVersion: '0.120.0', verdict: 'broken' }))).toBe('No');
  // Nor does a policy that is not published any more.
  expect(answer(cell(), cell({ policyId: 'gone', verdict: 'broken' }))).toBe('Yes');
});

test('attempts stand by constraint, the worst first', () => {
  const attempt = (position: number, constraint: string, verdict: ProofAttempt['verdict']): ProofAttempt => ({
    position,
    attempt: `a${position}`,
    title: '',
    constraint,
    surface: 'exec',
    expected: '',
    observed: '',
    verdict,
    evidence: [],
    durationMs: 1,
  });
  const groups = groupAttempts([
    attempt(0, 'sign-in', 'held'),
    attempt(1, 'allowed_sandbox_modes', 'held'),
    attempt(2, 'gateway', 'not-enforced'),
    attempt(3, 'allowed_sandbox_modes', 'broken'),
  ]);
  expect(groups.map(({ constraint, attempts }) => [constraint, ...attempts.map(({ position }) => position)])).toEqual([
    ['allowed_sandbox_modes', 3, 1],
    ['gateway', 2],
    ['sign-in', 0],
  ]);
});

test('how long it takes comes from what it took here', () => {
  const asked = { policyIds: ['p1', 'p2'], clientVersions: ['0.169.0'] };
  expect(estimateProof([], asked)).toBeNull();
  expect(estimateProof([cell()], asked)).toEqual({ attempts: 40, durationMs: 80_000 });
  expect([sayAbout(3_000), sayAbout(80_000), sayAbout(240_000), sayAbout(8_000_000)]).toEqual([
    'about 5 seconds',
    'about 80 seconds',
    'about 4 minutes',
    'about 3 hours',
  ]);
});

test('an hour in UTC is said in the time of the reader, with the day', () => {
  const now = new Date('2026-01-05T12:00:00Z');
  expect(localHour(3, now, 'Europe/Berlin')).toBe('04:00');
  expect(localHour(3, now, 'America/New_York')).toBe('22:00 the day before');
  expect(localHour(20, now, 'Asia/Tokyo')).toBe('05:00 the day after');
  expect(saySchedule({ every: 'week', hourUtc: 3, weekday: 2, clientVersions: ['0.169.0'] }, now)).toMatch(
    /^Proves by itself every Tuesday at 03:00 UTC \(\d\d:00.* here\), with 0\.169\.0\.$/,
  );
});
