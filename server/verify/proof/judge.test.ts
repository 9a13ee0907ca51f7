import { describe, expect, test } from 'vitest';
import { errors } from '#contract/errors.ts';
import {
  commandFate,
  judgeEvasions,
  judgeExec,
  judgeRuledCommands,
  judgeSetting,
  judgeWrites,
  ranMark,
  withKnowledge,
} from './judge.ts';
import { type Judged, noFacts, type RunFacts } from './run-facts.ts';
import type { RecordedCall } from './scripted-model.ts';
import { countVerdicts, overallVerdict } from './verdicts.ts';

const call = (outputs: (string | null)[] = []): RecordedCall => ({
  at: new Date(),
  headers: {},
  model: 'corp-model',
  tools: [],
  text: '',
  outputs,
});
const facts = (some: Partial<RunFacts>): RunFacts => ({ ...noFacts('run'), exitCode: 0, ...some });
const held = (): Judged => ({ verdict: 'held', observed: 'tried' });

const rejected = 'exec_command failed: CreateProcess { message: "Rejected(\\"`rm x` rejected: No rm.\\")" }';
const sandboxed = 'exec_command failed for `x`: CreateProcess { message: "Codex(Sandbox(Denied { output: … }))" }';
const ended = 'Chunk ID: 1\nProcess exited with code 127\nOutput:\nrm: not found\n';
const ran = `Chunk ID: 1\nProcess exited with code 0\nOutput:\n${ranMark} /stubs/rm x\n`;

test.each([
  ['ran', ran],
  ['refused', rejected],
  ['refused', 'approval required by policy, but AskForApproval is set to Never'],
  ['refused', 'exec_command failed: CreateProcess { message: "Rejected(\\"approval request failed\\")" }'],
  ['stopped', sandboxed],
  ['stopped', ended],
  ['stopped', ''],
  ['no-tool', 'unsupported call: exec_command'],
  ['unplayed', null],
])('a command is %s when the model is told %j', (fate, output) => {
  expect(commandFate(output)).toBe(fate);
});

describe('what a run of the client proves', () => {
  test.each<[string, Partial<RunFacts>, Judged['verdict']]>([
    ['its calls came through', { calls: [call()] }, 'held'],
    ['it took too long', { failure: 'did not end within 45000 ms', calls: [call()] }, 'inconclusive'],
    ['the policy kept it from starting', { exitCode: 1, stderr: 'Error: requirements do not allow `x`' }, 'held'],
    ['the same words, yet it ended well', { exitCode: 0, stderr: 'requirements do not allow' }, 'inconclusive'],
    ['the gateway refused it', { exitCode: 1, stderr: errors['policy-revision-missing'].message }, 'inconclusive'],
    ['the network was down', { exitCode: 1, stderr: 'ERROR: connection refused' }, 'inconclusive'],
    ['it said nothing', {}, 'inconclusive'],
  ])('%s', (_, some, verdict) => {
    expect(judgeExec(facts(some), held).verdict).toBe(verdict);
  });
});

describe('commands of a rule', () => {
  const tried = (...outputs: (string | null)[]) => outputs.map((output, at) => ({ command: `rm ${at}`, output }));

  test.each<[Judged['verdict'], (string | null)[]]>([
    ['held', [rejected, rejected]],
    ['held', ['unsupported call: exec_command']],
    ['broken', [rejected, ran]],
    ['broken', [rejected, sandboxed]],
    ['broken', [ran, null]],
    ['inconclusive', [rejected, null]],
  ])('%s', (verdict, outputs) => {
    expect(judgeRuledCommands(tried(...outputs)).verdict).toBe(verdict);
  });

  test.each<[Judged['verdict'], (string | null)[]]>([
    ['not-enforced', [rejected, ran]],
    ['held', [rejected, sandboxed, ended]],
    ['inconclusive', [rejected, null]],
  ])('by another way: %s', (verdict, outputs) => {
    expect(judgeEvasions(tried(...outputs)).verdict).toBe(verdict);
  });
});

test.each<[Judged['verdict'], Partial<RunFacts>]>([
  ['held', { calls: [call(['Read-only file system'])], files: { '/out/a': null } }],
  ['broken', { calls: [call(['ok'])], files: { '/out/a': 'broken\n' } }],
  ['broken', { calls: [call([null])], files: { '/out/a': 'broken\n' } }],
  ['inconclusive', { calls: [call([null])], files: { '/out/a': null } }],
  ['inconclusive', { files: { '/out/a': null } }],
])('files that must not be there: %s', (verdict, some) => {
  expect(judgeWrites(facts(some), ['/out/a']).verdict).toBe(verdict);
});

test.each<[Judged['verdict'], string | null]>([
  ['held', 'on-request'],
  ['broken', 'never'],
  ['broken', 'on-failure'],
  ['inconclusive', null],
])('a setting that is not allowed: %s when the client shows %s', (verdict, shown) => {
  expect(judgeSetting(shown, 'never', ['on-request', 'untrusted']).verdict).toBe(verdict);
});

test.each<[Judged['verdict'], Judged['verdict']]>([
  ['held', 'not-enforced'],
  ['broken', 'not-enforced'],
  ['not-tried', 'not-enforced'],
  ['inconclusive', 'inconclusive'],
])('what a version does not know never passes: %s is %s', (judged, verdict) => {
  const known = withKnowledge(
    { verdict: judged, observed: 'Something.' },
    'not enforced by 0.140: it does not know `x`',
  );
  expect(known.verdict).toBe(verdict);
  if (verdict === 'not-enforced') expect(known.observed).toMatch(/^Not enforced by 0\.140/);
  expect(withKnowledge({ verdict: judged, observed: 'Something.' }, null).verdict).toBe(judged);
});

test.each<[ReturnType<typeof overallVerdict>, Judged['verdict'][]]>([
  ['held', ['held', 'not-tried']],
  ['partly', ['held', 'not-enforced', 'not-tried']],
  ['inconclusive', ['held', 'not-enforced', 'inconclusive']],
  ['broken', ['held', 'inconclusive', 'broken', 'not-enforced']],
  ['inconclusive', []],
  ['inconclusive', ['not-tried']],
])('all together is %s', (overall, verdicts) => {
  const attempts = verdicts.map((verdict) => ({ verdict }));
  expect(overallVerdict(attempts)).toBe(overall);
  expect(Object.values(countVerdicts(attempts)).reduce((sum, count) => sum + count, 0)).toBe(verdicts.length);
});
