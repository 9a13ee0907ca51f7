import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyTest, PolicyTestResult } from '#contract/policies.ts';
import { openPolicyTests, type PolicyTests } from '#testing/policy-tests.ts';

let tests: PolicyTests;
beforeAll(async () => {
  tests = await openPolicyTests();
});
afterAll(() => tests.close());

const document = `allowed_sandbox_modes = ["read-only"]
allowed_web_search_modes = ["cached"]

[features]
memories = false

[rules]
prefix_rules = [
  { pattern = [{ token = "git" }, { token = "push" }], decision = "prompt", justification = "Ask." },
  { pattern = [{ token = "rm" }], decision = "forbidden", justification = "No." },
]
`;

async function run(input: object): Promise<PolicyTestResult[]> {
  const { status, body } = await tests.owner.call<{ results: PolicyTestResult[] }>('POST', '/policies/tests', input);
  expect(status).toBe(200);
  return body.results;
}
const runOne = async (one: PolicyTest, policyId: string | null = null, contents = document) =>
  (await run({ policyId, contents, tests: [one] }))[0];
const command = (line: string, expect: 'prompt' | 'forbidden' | 'no-rule', groupId: string | null = null) =>
  ({ kind: 'command', groupId, command: line, expect }) as const;
const setting = (key: string, expect: 'is' | 'contains' | 'lacks', value: string, groupId: string | null = null) =>
  ({ kind: 'setting', groupId, key, expect, value }) as const;

describe('of the document alone', () => {
  const cases: [test: PolicyTest, passed: boolean, found: string][] = [
    [command('git push origin main', 'prompt'), true, '`git push origin main` asks first (rule 1: `git push`).'],
    [command('ls && rm -r x', 'forbidden'), true, '`ls && rm -r x` is forbidden (rule 2: `rm`).'],
    [command('git status', 'no-rule'), true, '`git status` meets no rule.'],
    [command('git status', 'prompt'), false, '`git status` meets no rule.'],
    [setting('allowed_web_search_modes', 'lacks', '"live"'), true, '`allowed_web_search_modes` lacks "live".'],
    [setting('allowed_web_search_modes', 'contains', '"live"'), false, '`allowed_web_search_modes` lacks "live".'],
    [setting('allowed_web_search_modes', 'lacks', '"disabled"'), false, 'Clients always allow "disabled" here'],
    [setting('allowed_approval_policies', 'lacks', '"never"'), false, 'is not set, so clients allow everything'],
    [setting('allowed_approval_policies', 'contains', '"never"'), true, 'is not set, so clients allow everything'],
    [setting('features.memories', 'is', 'false'), true, '`features.memories` is false.'],
    [setting('features.memories', 'is', 'true'), false, '`features.memories` is false.'],
    [setting('allowed_sandbox_modes', 'is', '["read-only"]'), true, 'is ["read-only"].'],
    [setting('features."odd key"', 'is', '1'), false, '`features."odd key"` is not set.'],
    [setting('features.memories', 'contains', '1'), false, 'not a list'],
    [setting('features.memories', 'is', 'no quotes'), false, 'no value that a policy can hold'],
    [setting('not a key', 'is', '1'), false, 'is not a key'],
    [setting('features.memories', 'is', '1.5'), false, 'no value that a policy can hold'],
    [setting('features', 'is', '{ memories = false }'), true, '`features` is'],
  ];
  test.each(cases)('%j', async (one, passed, found) => {
    const result = await runOne(one);
    expect(result).toMatchObject({ test: one, passed, found: expect.stringContaining(found) });
  });

  test('says the test in words', async () => {
    const results = await run({
      policyId: null,
      contents: document,
      tests: [command('git push', 'prompt'), setting('allowed_web_search_modes', 'lacks', '"live"')],
    });
    expect(results.map(({ sentence }) => sentence)).toEqual([
      '`git push` asks first',
      '`allowed_web_search_modes` lacks "live"',
    ]);
  });

  test('every one is red where the document cannot be read', async () => {
    expect(await runOne(command('ls', 'no-rule'), null, 'a = ')).toMatchObject({
      passed: false,
      found: expect.stringContaining('not TOML'),
    });
  });
});

describe('of somebody in a group', () => {
  test('holds only while this policy decides for them', async () => {
    const payments = await tests.group('payments');
    const { id } = await tests.published('For payments', document);
    const { id: other } = await tests.published('Other', document);
    const one = command('git push', 'prompt', payments);
    const ask = () => runOne(one, id);

    expect(await ask()).toMatchObject({
      passed: true,
      sentence: 'For somebody in *payments*, `git push` asks first',
      found:
        'Nobody gets this policy yet, so the document alone was judged. `git push` asks first (rule 1: `git push`).',
    });
    await tests.order([{ groupId: payments, policyId: id }]);
    expect(await ask()).toMatchObject({ passed: true, found: '`git push` asks first (rule 1: `git push`).' });
    await tests.order([{ groupId: payments, policyId: other }], id);
    expect(await ask()).toMatchObject({
      passed: false,
      found: '“Other” decides for this group, not this policy.',
    });
    const elsewhere = await tests.group('elsewhere');
    await tests.order([{ groupId: elsewhere, policyId: id }]);
    expect(await ask()).toMatchObject({ passed: false, found: 'No policy applies to this group.' });
    await tests.order([], id);
    expect(await ask()).toMatchObject({ passed: true });
  });

  test('is red, and says so, when the group is gone', async () => {
    const gone = await tests.group('gone');
    await tests.services.db.deleteFrom('groups').where('id', '=', gone).execute();
    const result = await runOne(command('git push', 'prompt', gone));
    expect(result).toMatchObject({ passed: false, found: expect.stringContaining('This group was deleted') });
    expect(result?.sentence).toBe('For somebody in *a deleted group*, `git push` asks first');
  });

  test('of another workspace counts as gone', async () => {
    const stranger = await tests.strangerOwner();
    const groupId = await tests.group('ours');
    const { body } = await stranger.call<{ results: PolicyTestResult[] }>('POST', '/policies/tests', {
      policyId: null,
      contents: document,
      tests: [command('git push', 'prompt', groupId)],
    });
    expect(body.results[0]).toMatchObject({ passed: false });
  });
});

describe('the document as it is typed', () => {
  test('is checked with what each client makes of it and with its plain values', async () => {
    const { body } = await tests.owner.call<Record<string, unknown>>('POST', '/policies/validation', {
      contents: `${document}when = 2026-01-01\n`,
      defaults: 'model = \n',
    });
    expect(body).toMatchObject({
      values: { allowed_sandbox_modes: ['read-only'], features: { memories: false } },
      defaultsValues: null,
      defaultsDiagnostics: [{ severity: 'error', code: 'unreadable' }],
    });
    expect(JSON.stringify(body.values)).not.toContain('when');
    const { body: newer } = await tests.owner.call<{ clients: { version: string; keyPath: string }[] }>(
      'POST',
      '/policies/validation',
      { contents: 'allow_remote_control = false\n' },
    );
    expect(newer.clients.map(({ keyPath }) => keyPath)).toContain('allow_remote_control');
  });

  test('says what its rules make of a command line, part by part', async () => {
    const judge = (contents: string, line: string) =>
      tests.owner.call('POST', '/policies/commands', { contents, command: line });
    const { body } = await judge(document, 'git push && rm -r build');
    expect(body).toMatchObject({
      decision: 'forbidden',
      parts: [
        { words: ['git', 'push'], decision: 'prompt', rule: 0, matchedPrefix: ['git', 'push'], justification: 'Ask.' },
        { words: ['rm', '-r', 'build'], decision: 'forbidden', rule: 1 },
      ],
    });
    expect((await judge(document, 'ls')).body).toMatchObject({ decision: null, parts: [{ rule: null }] });
    expect(await judge('a = ', 'ls')).toMatchObject({ status: 400, body: { code: 'bad-input' } });
  });

  test('is edited over the API, and what cannot be meant is refused', async () => {
    const edit = (contents: string, edits: unknown) =>
      tests.owner.call<{ contents: string }>('POST', '/policies/edits', { contents, edits });
    const { body } = await edit('a = 1 # one\n', [{ path: ['b'], value: ['x'] }]);
    expect(body.contents).toBe('a = 1 # one\nb = ["x"]\n');
    expect((await edit('a = 1 # one\nb = 2\n', [{ path: ['a'] }])).body.contents).toBe('b = 2\n');
    expect(await edit('a = ', [{ path: ['b'], value: 1 }])).toMatchObject({ status: 400, body: { code: 'bad-input' } });
  });

  test('starts from a template, or from a file there is', async () => {
    const { body } = await tests.owner.call<{ items: { contents: string }[] }>('GET', '/policies/templates');
    expect(body.items.length).toBeGreaterThanOrEqual(4);
    const { body: read } = await tests.owner.call('POST', '/policies/imports', {
      text: 'approval_policy = "on-request"\n',
    });
    expect(read).toMatchObject({ contents: expect.any(String), notes: expect.any(Array) });
    const refused = await tests.owner.call('POST', '/policies/imports', { text: '<nothing/>' });
    expect(refused).toMatchObject({ status: 400, body: { code: 'bad-input' } });
  });
});
