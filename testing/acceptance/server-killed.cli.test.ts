import { expect, onTestFinished, test } from 'vitest';
import { createGate } from '#testing/gate.ts';
import { openSignedInClient } from '#testing/joined-client.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';
import { prompts } from '#testing/servers/model-script.ts';
import { message } from '#testing/servers/model-steps.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';
import { corpModel, upstreamKey } from './open-acceptance.ts';

test('clients recover from kill -9 of the server, and nothing acknowledged is lost', async () => {
  const midway = createGate();
  const upstream = await startResponsesServer({
    apiKey: upstreamKey,
    models: [corpModel],
    script: ({ ...request }) =>
      prompts(request).at(-1) === 'long' ? message('Never told.', { deltas: 2, midway }) : message('Hello again.'),
  });
  onTestFinished(() => upstream.close());
  const reeve = await openInstallation();
  const first = await reeve.serve();
  const organisation = await foundOrganisation(reeve, ownerLinkIn(first.stdout));
  const { api } = organisation.owner;
  await organisation.serveModel({ baseUrl: upstream.baseUrl, apiKey: upstreamKey }, corpModel);
  const grace = await organisation.addMember({ name: 'Grace Hopper' });
  const policy = await organisation.addPolicy('Baseline', 'allowed_sandbox_modes = ["read-only"]\n');
  await organisation.assign([], policy.id);
  const client = await openSignedInClient(organisation, grace, { trustWorkFolder: true });
  onTestFinished(() => client.close());
  const exec = (prompt: string) => client.run(['exec', '--skip-git-repo-check', prompt]);
  expect(await exec('hi')).toMatchObject({ exitCode: 0 });
  const outcomes = async () => (await api.activity.list({})).items.map(({ outcome }) => outcome);
  await expect.poll(outcomes).toEqual(['completed']);
  const tui = client.tui();
  await tui.waitFor(/Corporate model/);
  const running = exec('long');
  await midway.reached;
  await expect.poll(outcomes).toEqual(['running', 'completed']);
  await organisation.addGroup('Acknowledged', [grace]);

  first.kill('SIGKILL');
  expect((await first.exit).signal).toBe('SIGKILL');
  expect(await running).toMatchObject({ exitCode: 1 });
  await reeve.serve();

  // The same console session, the same Codex sign-in, the same terminal.
  await tui.submit('hi');
  await tui.waitFor(/Hello again\./);
  await tui.quit();
  expect(await exec('hi')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Hello again.') });
  expect((await api.directory.groups.list({})).items).toMatchObject([{ name: 'Acknowledged', memberCount: 1 }]);
  const finished = async () => (await outcomes()).filter((outcome) => outcome === 'completed').length;
  await expect.poll(finished).toBeGreaterThanOrEqual(3);
  // The title that the terminal asks for may be finished before the last answer is.
  await expect.poll(outcomes).not.toContain('running');
  expect(await outcomes()).toContain('failed');
});
