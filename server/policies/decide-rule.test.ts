import { afterAll, beforeAll, expect, it } from 'vitest';
import { seedPolicy, setBaseline, setFallback } from '#testing/seed-policy.ts';
import { openTestServices, seedMember, seedWorkspace, type TestServices } from '#testing/test-services.ts';
import { decideRule } from './decide-rule.ts';

let services: TestServices;
let workspaceId: string;
let memberId: string;
beforeAll(async () => {
  services = await openTestServices();
  ({ workspaceId } = await seedWorkspace(services.db));
  memberId = await seedMember(services.db, { workspaceId, email: 'grace@example.com' });
  const contents = `[[rules.prefix_rules]]
pattern = [{ token = "make" }]
decision = "prompt"

[[rules.prefix_rules]]
pattern = [{ token = "git" }, { token = "push" }]
decision = "forbidden"
justification = "Through review."
`;
  await setFallback(services.db, workspaceId, await seedPolicy(services.db, workspaceId, { contents }));
  const below = await seedPolicy(services.db, workspaceId, {
    name: 'Baseline',
    contents: '[[rules.prefix_rules]]\npattern = [{ token = "rm" }]\ndecision = "forbidden"\n',
  });
  await setBaseline(services.db, workspaceId, below);
});
afterAll(() => services.close());

const decide = (said: string, commandLine: string | null = null) =>
  decideRule(services, { workspaceId, memberId, commandLine, said });
const rejected = (command: string, why: string) =>
  `exec_command failed for \`/bin/bash -lc '${command}'\`: CreateProcess { message: "Rejected(\\"\`/bin/bash -lc '${command}'\` rejected: ${why}\\")" }`;
const linked = 'Through review. Why and whom to ask: https://reeve.test:8443/why/1.1.1';

it('takes the rule that the client’s words link to', async () => {
  expect(await decide(rejected('git push', linked))).toEqual({
    decidedBy: 'policy',
    decision: 'forbidden',
    rule: '1.1.1',
  });
});

it.each([
  ['a rule without a link', rejected('git push', 'Through review.'), 'git push', '1.1.1', 'forbidden'],
  ['a part of a longer line', rejected('cd x && rm -r y', 'no'), 'cd x && rm -r y', '2.1.0', 'forbidden'],
  ['a link to nothing that was published', rejected('rm a', 'see /why/9.9.9'), 'rm a', '2.1.0', 'forbidden'],
  [
    'a question nobody was there to answer',
    'Rejected("approval required by policy, but AskForApproval is set to Never")',
    'make all',
    '1.1.0',
    'prompt',
  ],
])('judges %s with the member’s policy', async (_what, said, commandLine, rule, decision) => {
  expect(await decide(said, commandLine)).toEqual({ decidedBy: 'policy', decision, rule });
});

it('says that the policy asked even where no rule is found', async () => {
  expect(await decide('Rejected("approval required by policy")')).toMatchObject({ decision: 'prompt', rule: null });
});

it.each([
  ['what a command printed', `Chunk ID: 1\nOutput:\n${rejected('git push', linked)}`, 'cat notes'],
  ['a refusal that no rule gave', 'Rejected("`ls` rejected: rejected by user")', 'ls'],
  ['success', '', 'git push'],
  ['a file of any size', `x${' rejected: '.repeat(100_000)}`, null],
])('finds no rule in %s', async (_what, said, commandLine) => {
  expect(await decide(said, commandLine)).toBeNull();
});
