import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arbitraryCommandLine } from '#testing/command-rules/arbitrary-command-lines.ts';
import { type ObservedClient, openObservedClient } from '#testing/command-rules/observe-commands.ts';
import { readToml } from '../read-toml.ts';
import { judgeCommandLine } from './judge-command-line.ts';
import { parseRulesFile } from './parse-rules-file.ts';
import { mergeRuleSets, type RuleSet } from './rule-set.ts';
import { ruleSetOfRequirements } from './rule-set-of-requirements.ts';

const requirements = `
[rules]
prefix_rules = [
  { pattern = [{ token = "git" }, { any_of = ["push", "commit"] }], decision = "forbidden", justification = "No pushing" },
  { pattern = [{ token = "git" }, { token = "push" }, { token = "--force" }], decision = "forbidden", justification = "Never by force" },
  { pattern = [{ token = "make" }], decision = "prompt", justification = "Ask" },
  { pattern = [{ token = "whoami" }], decision = "prompt-user" },
  { pattern = [{ token = "Docker" }], decision = "forbidden", justification = "No containers", canonical_matching = true },
  { pattern = [{ token = "/opt/tool" }], decision = "forbidden", justification = "No tool" },
  { pattern = [{ token = "bash" }], decision = "prompt" },
  { pattern = [{ token = "sh" }, { token = "-c" }], decision = "forbidden", justification = "No scripts" },
  { pattern = [{ token = "say" }, { token = "a b" }], decision = "forbidden", justification = "Two words" },
]
`;
const memberRules = `
prefix_rule(pattern=["svn", "up"], decision="prompt")
prefix_rule(pattern=["true"], decision="allow")
host_executable(name="make", paths=["/usr/bin/make"])
`;
const SEED = 169_000;

let client: ObservedClient;
let ruleSet: RuleSet;
beforeAll(async () => {
  const { root } = readToml(requirements);
  const { file } = parseRulesFile('default.rules', memberRules);
  if (!root || !file) throw new Error('the rules of this test are wrong');
  ruleSet = mergeRuleSets(file, ruleSetOfRequirements(root.value));
  client = await openObservedClient({ requirements, memberRules });
});
afterAll(() => client[Symbol.asyncDispose]());

/** What the judge says, in the terms of what can be seen of the client. */
async function judged(commandLine: string) {
  const { decision, rule } = await judgeCommandLine(ruleSet, commandLine);
  if (decision === null || decision === 'allow') return { commandLine, did: 'ran' };
  if (decision !== 'forbidden') return { commandLine, did: 'asked' };
  return { commandLine, did: 'forbidden', reason: rule?.justification };
}

async function observed(commandLines: readonly string[]) {
  const all = await client.observe(commandLines);
  return all.map((each, at) => {
    const commandLine = commandLines[at];
    return each.did === 'forbidden' ? { commandLine, ...each } : { commandLine, did: each.did };
  });
}

const forbidden = [
  'git push',
  'git commit -m x',
  'git push --force',
  '/usr/bin/git push',
  './git push',
  '/usr/bin/../bin/git push',
  'true && git push',
  'true; git push',
  'false || git push',
  'echo a | git push',
  'echo a\ngit push',
  'git  push',
  'git\tpush',
  'git push;',
  '  git push\n',
  'git "push"',
  "git 'push' 'it'",
  'git pu"sh"',
  'git push \\\n origin',
  'git push a=b',
  'git push ""',
  'git push && make',
  'docker ps',
  'DOCKER ps',
  '/usr/bin/docker ps',
  '/opt/tool',
  "sh -c 'true'",
  "say 'a b'",
  'git push "a\\b"',
];
const asked = [
  'make',
  '/usr/bin/make',
  'make && true',
  'svn up',
  'whoami',
  'bash x.sh',
  "bash -lc 'git push'",
  "/bin/bash -lc 'git push'",
  'git push > out',
  'git push 2>&1',
  'git push &',
  'FOO=1 git push',
  '(git push)',
  '{ git push; }',
  '$(git push)',
  'git $X',
  'git push *',
  'git push # now',
  '! git push',
  "'git' push",
  'git pu\\sh',
  '~/git push',
  'if true; then git push; fi',
  'git push <<EOF\nx\nEOF',
  'git push <<< x',
  'export A=1 && git push',
  'git push {a,b}',
  'git push "$X"',
  '',
  '# nothing',
];
const ran = [
  'git -C . push',
  'git',
  'git status',
  'GIT push',
  'env git push',
  'command git push',
  'sudo git push',
  'echo git push | xargs git push',
  'eval git push',
  'time git push',
  'exec git push',
  'nohup git push',
  '/opt/make',
  'tool',
  'sh x.sh',
  "dash -c 'git push'",
  'say a b',
  'true',
  'true && echo a',
  'svn status',
];

describe('the pinned client does with these command lines what the judge says', () => {
  test.each([
    ['forbidden', forbidden],
    ['asked', asked],
    ['ran', ran],
  ])('%s', async (did, commandLines) => {
    const seen = await observed(commandLines);
    expect(seen).toEqual(await Promise.all(commandLines.map(judged)));
    expect(seen.map((each) => each.did)).toEqual(commandLines.map(() => did));
  });

  test('a longer rule gives the reason', async () => {
    expect(await client.observe(['git push --force'])).toEqual([{ did: 'forbidden', reason: 'Never by force' }]);
  });

  test.each([0, 1, 2])('generated command lines, part %i', async (part) => {
    const commandLines = fc.sample(arbitraryCommandLine, { seed: SEED + part, numRuns: 100 });
    expect(await observed(commandLines)).toEqual(await Promise.all(commandLines.map(judged)));
  });
});
