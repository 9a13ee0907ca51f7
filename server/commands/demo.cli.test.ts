import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openJoinedClient, signInWithDeviceCode } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { openOwnApiSession } from '#testing/own-api-session.ts';
import { type Installation, openInstallation } from '#testing/reeve-program.ts';

const started = /Metrics {2,}\S+\n/;
const demoFolder = ({ dataFolder }: Installation) => `${dataFolder}-demo`;

/** The example running for real, and its owner as the start says to sign in. */
async function openDemo(installation: Installation, { days }: { days?: number } = {}) {
  const program = installation.start(['serve', '--demo', ...(days === undefined ? [] : ['--demo-days', String(days)])]);
  await program.waitForOutput(started, { timeoutMs: 200_000 });
  const [, email = '', password = ''] = /(\S+@example\.com) {3}password: (.+)\n/.exec(program.stdout) ?? [];
  installation.authorityPem = await readFile(join(demoFolder(installation), 'tls', 'ca.pem'), 'utf8');
  const session = openOwnApiSession(installation);
  await session.api.identity.signIn({ email, password });
  return { program, session, email, password };
}

test('a newcomer looks around an example organisation and drives a real client against it', async () => {
  const installation = await openInstallation();
  const { program, session, email, password } = await openDemo(installation, { days: 30 });
  const { api } = session;
  expect(await api.identity.session({})).toMatchObject({
    state: 'signed-in',
    isExample: true,
    workspace: { name: 'Example organisation' },
  });
  expect((await api.directory.members.list({ limit: 200 })).items.length).toBeGreaterThan(110);
  expect((await api.policies.assignments({})).items.length).toBeGreaterThan(5);
  const oldest = await api.audit.list({ event: 'workspace.created' });
  const age = Date.now() - new Date(oldest.items[0]?.at ?? Date.now()).getTime();
  expect(age / 86_400_000).toBeGreaterThan(28);
  const before = (await api.activity.list({ limit: 1 })).items[0]?.id;
  expect(before).toBeDefined();

  const client = await openJoinedClient(installation);
  onTestFinished(() => client.close());
  const { state, ...rest } = await api.identity.session({});
  const member = 'member' in rest ? rest.member : { id: '', name: '' };
  const person: Person = { ...session, email, password, name: member.name, memberId: member.id };
  expect(state).toBe('signed-in');
  await signInWithDeviceCode(client, installation, person);
  const run = await client.run(['exec', '--skip-git-repo-check', 'run: echo hello from the example']);
  expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('hello from the example') });
  await expect
    .poll(async () => (await api.activity.list({ memberId: member.id })).items.map(({ outcome }) => outcome))
    .toEqual(['completed', 'completed']);

  program.kill('SIGTERM');
  expect((await program.exit).exitCode).toBe(0);
  const again = await openDemo(installation);
  expect(again.password).toBe(password);
  expect(again.program.stdout).not.toContain('Living through');
});

test('the example and a real organisation never meet', async () => {
  const installation = await openInstallation();
  const filling = installation.start(['serve', '--demo']);
  await filling.waitForOutput(/Living through/, { timeoutMs: 60_000 });
  filling.kill('SIGKILL');
  await filling.exit;

  const asReal = await installation.run(['serve'], { REEVE_DATA: demoFolder(installation) });
  expect(asReal).toMatchObject({ exitCode: 78, stderr: expect.stringContaining('holds the example organisation') });
  const onPostgres = await installation.run(['serve', '--demo'], { REEVE_DATABASE_URL: 'postgres://db.invalid/reeve' });
  expect(onPostgres).toMatchObject({ exitCode: 78, stderr: expect.stringContaining('embedded database only') });
  const foreign = await openInstallation();
  await mkdir(join(demoFolder(foreign), 'db'), { recursive: true });
  expect(await foreign.run(['serve', '--demo'])).toMatchObject({
    exitCode: 73,
    stderr: expect.stringContaining('not the example'),
  });

  // What the killed start left is thrown away, and the example is whole.
  const { session } = await openDemo(installation, { days: 3 });
  expect((await session.api.audit.list({ event: 'workspace.created' })).items).toHaveLength(1);
});
