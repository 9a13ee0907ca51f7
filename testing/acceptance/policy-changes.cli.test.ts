import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { errors } from '#contract/errors.ts';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { openSignedInClient } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

const readOnly = 'allowed_sandbox_modes = ["read-only"]\nallowed_approval_policies = ["on-request"]\n';
const writing = 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n';
const cacheFile = 'cloud-config-bundle-cache.json';

let acceptance: Acceptance;
beforeAll(async () => {
  acceptance = await openAcceptance();
  acceptance.onPrompt('write it', eachTurn(shellCommand('echo hi > made.txt'), message('Tried.')));
});
afterAll(() => acceptance.close());

async function open(person: Person): Promise<ClientMachine> {
  const client = await openSignedInClient(acceptance.organisation, person);
  onTestFinished(() => client.close());
  return client;
}

/** What the client says of its sandbox, and whether a command of the model could write. */
async function work(client: ClientMachine) {
  await client.files.work.remove('made.txt');
  const run = await client.run(['exec', '--skip-git-repo-check', '-s', 'workspace-write', 'write it']);
  const sandbox = /^sandbox: (\S+)/m.exec(run.stderr)?.[1];
  return { exitCode: run.exitCode, sandbox, wrote: await client.files.work.exists('made.txt') };
}

test('two members in different groups get different policies, and a change reaches the next cold client', async () => {
  const { organisation } = acceptance;
  const { api } = organisation.owner;
  const [grace, alan] = (await Promise.all([
    organisation.addMember({ name: 'Grace Hopper' }),
    organisation.addMember({ name: 'Alan Turing' }),
  ])) as [Person, Person];
  const reviewers = await organisation.addGroup('Reviewers', [alan]);
  const builders = await organisation.addPolicy('Builders', writing);
  const review = await organisation.addPolicy('Review', readOnly);
  await organisation.assign([{ groupId: reviewers.id, policyId: review.id }], builders.id);

  const [gracesClient, alansClient] = (await Promise.all([open(grace), open(alan)])) as [ClientMachine, ClientMachine];
  const canWrite = { exitCode: 0, sandbox: 'workspace-write', wrote: true };
  const canRead = { exitCode: 0, sandbox: 'read-only', wrote: false };
  expect(await Promise.all([work(gracesClient), work(alansClient)])).toEqual([canWrite, canRead]);
  const named = async () => (await api.activity.list({})).items.map(({ policyName }) => policyName).sort();
  await expect.poll(named).toEqual(['Builders', 'Builders', 'Review', 'Review']);

  await organisation.changePolicy(builders.id, { contents: readOnly });
  // Within the grace the client may go on with what it loaded; without one it is told to restart.
  expect(await work(gracesClient)).toEqual(canWrite);
  await api.workspace.updateSettings({ policyGraceMinutes: 0 });
  const stale = await gracesClient.run(['exec', '--skip-git-repo-check', 'write it']);
  expect(stale.stderr).toContain(errors['policy-revision-stale'].message);

  await gracesClient.files.codexHome.remove(cacheFile);
  expect(await work(gracesClient)).toEqual(canRead);

  await api.directory.groups.changeMembers({ id: reviewers.id, remove: [alan.memberId] });
  await organisation.assign([{ groupId: reviewers.id, policyId: builders.id }], review.id);
  await alansClient.files.codexHome.remove(cacheFile);
  expect(await work(alansClient)).toEqual(canRead);
});
