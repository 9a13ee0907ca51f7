import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errors, localOffMessage } from '#contract/errors.ts';
import { openPolicyDelivery } from '#testing/policy-delivery.ts';
import { publishAgain, seedPolicy } from '#testing/seed-policy.ts';
import { openTestServices, type TestServices } from '#testing/test-services.ts';
import { readClientError } from './read-client-error.ts';

let services: TestServices;
let delivery: Awaited<ReturnType<typeof openPolicyDelivery>>;
let id: string;

const contents = `# ours
allowed_sandbox_modes = ["read-only"]
allowed_approval_policies = ["on-request"]

[rules]
prefix_rules = [
  { pattern = [{ token = "git" }], decision = "prompt", justification = "Ask before you push." },
  { pattern = [{ token = "touch" }], decision = "forbidden", justification = "Corp forbids touch" },
]
`;

beforeAll(async () => {
  services = await openTestServices();
  delivery = await openPolicyDelivery(services);
  const { workspaceId } = delivery;
  id = await seedPolicy(services.db, workspaceId, { name: 'Corp baseline', contents });
  await seedPolicy(services.db, workspaceId, { name: 'Corp, baseline', contents: 'allowed_web_search_modes = []\n' });
});
afterAll(() => services.close());

const ask = async (text: string) =>
  (await delivery.as(delivery.ownerId).call('POST', '/policy-lookup/error', { text })).body;

test('a refused value leads to the policy that the message names, and the key in it', async () => {
  const text =
    'warning: Configured value for `approval_policy` is disallowed by requirements; falling back to required value OnRequest. Details: invalid value for `approval_policy`: `Never` is not in the allowed set [OnRequest] (set by enterprise-managed requirements Corp baseline (corp-baseline-r1))';
  expect(await ask(text)).toEqual({
    kind: 'policy',
    sentence: expect.stringContaining('nothing is broken'),
    policies: [
      {
        id,
        name: 'Corp baseline',
        revision: 1,
        isCurrent: true,
        keyPath: 'allowed_approval_policies',
        line: 3,
        excerpt: 'allowed_approval_policies = ["on-request"]',
      },
    ],
  });
});

test('as a terminal breaks and frames it', async () => {
  const text =
    '│ invalid value for `permission_profile`: not in the\n│ allowed set (set by enterprise-managed requirements\n│ Corp baseline (corp-baseline-r1))';
  expect(await ask(text)).toMatchObject({
    kind: 'policy',
    policies: [{ name: 'Corp baseline', keyPath: 'allowed_sandbox_modes', line: 2 }],
  });
});

test('the words of a rule lead to the rule', async () => {
  const text = 'Rejected("`/bin/bash -lc \'touch made.txt\'` rejected: Corp forbids touch")';
  expect(await ask(text)).toMatchObject({
    kind: 'rule',
    policies: [
      {
        name: 'Corp baseline',
        keyPath: 'rules.prefix_rules[1]',
        line: 8,
        excerpt: expect.stringContaining('Corp forbids touch'),
      },
    ],
  });
});

test('a link leads to its rule; a version that was replaced is told as such', async () => {
  await publishAgain(services.db, id, { contents: contents.replace('Corp forbids touch', 'No touching') });
  const link = 'Rejected("`touch x` rejected: Corp forbids touch Why and whom to ask: https://reeve.test/why/1.1.1")';
  for (const text of [link, 'Rejected("`touch x` rejected: Corp forbids touch")'])
    expect(await ask(text)).toMatchObject({
      kind: 'rule',
      policies: [{ revision: 1, isCurrent: false, keyPath: 'rules.prefix_rules[1]' }],
    });
});

test('Reeve’s own pin, and a policy that is not from here', async () => {
  const pin =
    'warning: Configured value for `model_provider` is overridden by the required value "reeve" (set by enterprise-managed requirements Reeve (reeve))';
  expect(await ask(pin)).toMatchObject({
    kind: 'policy',
    sentence: expect.stringContaining('Reeve itself'),
    policies: [],
  });
  const foreign = 'invalid value for `web_search` (set by enterprise-managed requirements Other (other-r9))';
  expect(await ask(foreign)).toMatchObject({ sentence: expect.stringContaining('other-r9'), policies: [] });
});

describe('what each message means', () => {
  test.each([
    ['Error: Failed to load cloud config bundle (workspace-managed policies).', 'load-failure', 'could not fetch'],
    ['failed to load your workspace-managed config', 'load-failure', 'could not fetch'],
    ['Error: timed out waiting for cloud config bundle after 20s', 'load-failure', 'no answer'],
    ['Error: invalid cloud config bundle: invalid requirements', 'load-failure', 'cannot read'],
    [
      "Error: invalid value for `allowed_sandbox_modes`: must include 'read-only' to allow any PermissionProfile (set by enterprise-managed requirements X (x-r1))",
      'load-failure',
      'read-only',
    ],
    ['Error: Your access token could not be refreshed because it was revoked.', 'sign-in', 'codex login'],
    ['approval required by policy, but AskForApproval is set to Never', 'rule', 'prompt'],
    ['Network access to "http://example.com:80" was blocked by policy.', 'policy', 'http://example.com:80'],
    ['Command blocked by PreToolUse hook: Corp hook says no.', 'policy', 'PreToolUse'],
    [
      `ERROR: unexpected status 403 Forbidden: ${localOffMessage}, url: https://x/responses`,
      'gateway',
      'Codex Local is off',
    ],
    [`ERROR: ${errors['policy-revision-stale'].message}`, 'gateway', 'Restart the client'],
    [`ERROR: ${errors['policy-revision-missing'].message}`, 'gateway', 'signed policy'],
    ['ERROR: The model gpt-x is not allowed in this workspace. Choose another with /model or -m.', 'gateway', 'gpt-x'],
    [`ERROR: ${errors['token-expired'].message}`, 'sign-in', 'codex login'],
    ['segmentation fault', 'unknown', 'Nothing in this text'],
  ])('%s', (text, kind, words) => {
    expect(readClientError(text)).toMatchObject({ kind, sentence: expect.stringContaining(words) });
  });
});
