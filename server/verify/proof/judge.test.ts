import { describe, expect, test } from 'vitest';
import { errors } from '#contract/errors.ts';
import { namesByContent } from './attempt-names.ts';
import { judgeFreed } from './attempts/forgeries.ts';
import { judgeGateway } from './attempts/intended.ts';
import { judgeHost } from './attempts/network.ts';
import { judgeProvider } from './attempts/provider.ts';
import { judgeLimit, limitOf } from './attempts/sandbox.ts';
import { judgeOlder } from './attempts/straight.ts';
import { covers } from './constraint-paths.ts';
import {
  approvalsIn,
  commandFate,
  isKeptOut,
  judgeEvasions,
  judgeExec,
  judgeRuledCommands,
  judgeSetting,
  judgeWrites,
  ranMark,
  withControl,
  withKnowledge,
} from './judge.ts';
import { type Judged, noFacts, type RunFacts } from './run-facts.ts';
import { controlMark, type RecordedCall } from './scripted-model.ts';
import { readStatedPolicy } from './stated-policy.ts';
import { countVerdicts, overallVerdict } from './verdicts.ts';

const controlRan = `Chunk ID: 0\nProcess exited with code 0\nOutput:\n${controlMark}\n`;
const shell = [{ type: 'function', name: 'shell_command' }];

const call = (outputs: (string | null)[] = [], some: Partial<RecordedCall> = {}): RecordedCall => ({
  at: new Date(),
  headers: {},
  model: 'corp-model',
  tools: shell,
  text: '',
  outputs,
  control: controlRan,
  ...some,
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
    ['inconclusive', ['unsupported call: exec_command']],
    ['broken', [rejected, ran]],
    ['broken', [rejected, sandboxed]],
    ['broken', [ran, null]],
    ['inconclusive', [rejected, null]],
  ])('%s', (verdict, outputs) => {
    expect(judgeRuledCommands(tried(...outputs), null).verdict).toBe(verdict);
  });

  test.each<[Judged['verdict'], (string | null)[]]>([
    ['not-enforced', [rejected, ran]],
    ['held', [rejected, sandboxed, ended]],
    ['inconclusive', [rejected, null]],
    ['inconclusive', ['unsupported call: exec_command']],
  ])('by another way: %s', (verdict, outputs) => {
    expect(judgeEvasions(tried(...outputs), null).verdict).toBe(verdict);
  });

  const untold: Judged = { verdict: 'inconclusive', observed: 'A harmless command did not run here either.' };
  test.each<[Judged['verdict'], (string | null)[]]>([
    ['inconclusive', [rejected]],
    ['inconclusive', [sandboxed]],
    ['inconclusive', [ended]],
  ])('where no command can run at all: %s', (verdict, outputs) => {
    expect(judgeRuledCommands(tried(...outputs), untold).verdict).toBe(verdict);
    expect(judgeEvasions(tried(...outputs), untold).verdict).toBe(verdict);
  });

  test('one that ran stays a finding where the harmless one did not', () => {
    expect(judgeRuledCommands(tried(ran), untold).verdict).toBe('broken');
    expect(judgeEvasions(tried(ran), untold).verdict).toBe('not-enforced');
  });
});

test.each<[Judged['verdict'], Partial<RunFacts>]>([
  ['held', { calls: [call(['Read-only file system'])], files: { '/out/a': null } }],
  ['broken', { calls: [call(['ok'])], files: { '/out/a': 'broken\n' } }],
  ['broken', { calls: [call([null])], files: { '/out/a': 'broken\n' } }],
  ['inconclusive', { calls: [call([null])], files: { '/out/a': null } }],
  ['inconclusive', { files: { '/out/a': null } }],
  ['inconclusive', { calls: [call(['x'], { control: 'bwrap: no' })], files: { '/out/a': null } }],
  ['broken', { calls: [call(['x'], { control: null })], files: { '/out/a': 'broken\n' } }],
])('files that must not be there: %s', (verdict, some) => {
  expect(judgeWrites(facts(some), ['/out/a']).verdict).toBe(verdict);
});

const quotedMark = `Rejected("\`echo ${controlMark}\` rejected: no echo")`;
test.each<[Judged['verdict'], Partial<RecordedCall>]>([
  ['held', {}],
  ['held', { control: `{"output":"${controlMark}\\n","metadata":{"exit_code":0}}` }],
  ['inconclusive', { control: null }],
  ['inconclusive', { control: undefined }],
  ['inconclusive', { control: 'bwrap: Creating new namespace failed' }],
  ['inconclusive', { control: 'unsupported call: exec_command' }],
  ['not-tried', { control: quotedMark }],
  ['not-tried', { control: 'unsupported call: exec_command', tools: [{ type: 'custom', name: 'apply_patch' }] }],
])('commands that were held back are %s with %j', (verdict, some) => {
  const shown = facts({ calls: [call([''], some)] });
  expect(withControl(shown, held()).verdict).toBe(verdict);
  expect(withControl(shown, { verdict: 'broken', observed: 'It ran.' }).verdict).toBe('broken');
});

test('a client that the workspace does not let in has nothing to try, and is well refused', () => {
  const said = 'ERROR: Codex 0.120.0 cannot carry the workspace policy and is not allowed here.';
  const out = facts({ exitCode: 1, stderr: said });
  expect(judgeExec(out, held).verdict).toBe('not-tried');
  expect(judgeGateway(out).verdict).toBe('held');
  expect(isKeptOut(facts({ exitCode: 1, stderr: said, calls: [call()] }))).toBe(false);
  expect(isKeptOut(facts({ exitCode: 1, stderr: errors['policy-revision-missing'].message }))).toBe(false);
});

test.each<[Judged['verdict'], Partial<RunFacts>]>([
  ['held', { calls: [call()] }],
  ['held', { exitCode: 1, stderr: 'Error: requirements do not allow model_provider' }],
  ['broken', { calls: [call()], otherCalls: ['GET /v1/models', 'POST /v1/responses'] }],
  ['inconclusive', { exitCode: 1, stderr: 'Error: no model server is running' }],
  ['inconclusive', { exitCode: 1, otherCalls: ['GET /v1/models', 'POST /api/pull'] }],
])('another provider is %s after %j', (verdict, some) => {
  expect(judgeProvider(facts(some)).verdict).toBe(verdict);
});

test.each<[Judged['verdict'], string]>([
  ['held', errors['policy-revision-missing'].message],
  ['held', errors['token-invalid'].message],
  ['held', 'failed to request personal access token metadata: error sending request for url (http://127.0.0.1:9)'],
  ['inconclusive', 'Please sign in.'],
  ['inconclusive', 'error code 401 while reading a file'],
  ['inconclusive', 'connection refused'],
])('a freed client is %s when it says %s', (verdict, stderr) => {
  expect(judgeFreed(facts({ exitCode: 1, stderr })).verdict).toBe(verdict);
});

describe('an older client', () => {
  const contents = 'allowed_sandbox_modes = ["read-only"]\n';
  const policy = readStatedPolicy({ contents, baselineContents: null }, '0.120.0');
  const keeps = (text: string) => ({ cache: JSON.stringify({ signed_payload: { contents: text } }) });
  test.each<[Judged['verdict'], Partial<RunFacts>]>([
    ['held', { exitCode: 1, stderr: errors['client-too-old'].message }],
    ['inconclusive', { exitCode: 1, stderr: 'ERROR: connection refused' }],
    ['held', { calls: [call()], files: keeps(contents) }],
    ['broken', { calls: [call()], files: keeps('allowed_sandbox_modes = ["read-only", "danger-full-access"]\n') }],
    ['broken', { calls: [call()], files: { cache: null } }],
  ])('%s', (verdict, some) => {
    expect(judgeOlder(facts(some), policy).verdict).toBe(verdict);
  });
});

test.each<[boolean, unknown, unknown]>([
  [true, ['a', 'b'], ['a', 'b']],
  [false, ['a', 'b', 'c'], ['a', 'b']],
  [false, ['a'], ['a', 'b']],
  [true, { own: 1, added: 2 }, { own: 1 }],
  [false, { list: ['a', 'b'] }, { list: ['a'] }],
])('%s: %j is exactly %j', (same, actual, wanted) => {
  expect(covers(actual, wanted)).toBe(same);
});

const closed = { filesystem: { ':workspace_roots': 'write', '/srv/data': 'read' } };
test.each<[string, ReturnType<typeof limitOf>, Record<string, unknown>, Record<string, unknown>]>([
  ['none where full access is allowed', null, { ':danger-full-access': true }, {}],
  ['read-only', { constraint: 'allowed_permission_profiles', mayWriteInside: false }, { ':read-only': true }, {}],
  ['the project', { constraint: 'allowed_permission_profiles', mayWriteInside: true }, { own: true }, { own: closed }],
  [
    'unknown',
    { constraint: 'allowed_permission_profiles', mayWriteInside: true, wideProfile: 'own' },
    { own: true, ':read-only': true },
    { own: { filesystem: { '/srv': 'write' } } },
  ],
])('where commands may write with allowed profiles: %s', (_, limit, profiles, permissions) => {
  expect(limitOf({ allowed_permission_profiles: profiles, permissions })).toEqual(limit);
});

test('a file outside is no finding where a profile of the policy may write there', () => {
  const limit = { constraint: 'allowed_permission_profiles', mayWriteInside: true, wideProfile: 'own' };
  const wrote = facts({ calls: [call(['ok'])], files: { '/out/a': 'broken' } });
  expect(judgeLimit(wrote, ['/out/a'], limit).verdict).toBe('not-tried');
  expect(judgeLimit(facts({ calls: [call(['no'])], files: { '/out/a': null } }), ['/out/a'], limit).verdict).toBe(
    'held',
  );
});

const denies =
  'ProcessFailed { message: "Network access to \\"a.example\\" was blocked: domain is explicitly denied by policy" }';
const asLocal =
  'ProcessFailed { message: "Network access to \\"a.example\\" was blocked: local/private network addresses are blocked by the sandbox policy." }';
const asks = 'exec_command failed: ProcessFailed { message: "approval request failed" }';
test.each<[Judged['verdict'], string | null, string | null]>([
  ['held', denies, null],
  ['held', asks, 'curl: (56) 403'],
  ['inconclusive', asks, asks],
  ['inconclusive', asks, null],
  ['inconclusive', 'curl: not found', 'curl: not found'],
  ['inconclusive', 'curl: (7) Failed to connect', null],
  ['inconclusive', 'curl: (52) Empty reply from server', 'This is the other provider.'],
  ['not-tried', asLocal, asLocal],
  ['held', `${asLocal}\n${denies}`, asLocal],
  ['inconclusive', 'curl: (52) Empty reply from server', 'curl: (52) Empty reply from server'],
  ['inconclusive', null, null],
  ['broken', 'This is the other provider.', null],
])('a host is %s when the command showed %j', (verdict, output, allowed) => {
  expect(judgeHost(facts({ calls: [call([output])] }), output, allowed).verdict).toBe(verdict);
});

test('settings that are tables are allowed only where the policy has one', () => {
  expect(judgeSetting('granular', 'never', approvalsIn(['on-request'])).verdict).toBe('broken');
  expect(judgeSetting('granular', 'never', approvalsIn(['on-request', { granular: {} }])).verdict).toBe('held');
});

test('names of attempts do not move with the list', () => {
  const [first] = namesByContent('rule', [['rm'], ['mv']]);
  expect(first).toMatch(/^rule-[0-9a-f]{8}$/);
  expect(namesByContent('rule', [['new'], ['rm'], ['rm']]).slice(1)).toEqual([first, `${first}-2`]);
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
