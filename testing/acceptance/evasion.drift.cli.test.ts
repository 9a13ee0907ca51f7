import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { errors } from '#contract/errors.ts';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { openSignedInClient } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { admitVersion, isSince, setUp, version } from './client-versions.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

let acceptance: Acceptance;
let grace: Person;
beforeAll(async () => {
  acceptance = await openAcceptance();
  const { organisation } = acceptance;
  await admitVersion(organisation);
  grace = await organisation.addMember({ name: 'Grace Hopper' });
  const { id } = await organisation.addPolicy('Corp baseline', 'allowed_sandbox_modes = ["read-only"]\n');
  await organisation.assign([], id);
});
afterAll(() => acceptance.close());

async function open(): Promise<ClientMachine> {
  const { origin } = acceptance.organisation;
  // Whoever evades the policy also says where the gateway is: the policy no longer does.
  const settings = isSince('0.140.0') ? `model = "corp-model"\nopenai_base_url = "${origin}/backend-api/codex"\n` : '';
  const client = await openSignedInClient(acceptance.organisation, grace, setUp({ settings }));
  onTestFinished(() => client.close());
  return client;
}

const exec = (client: ClientMachine, ...rest: string[]) => client.run(['exec', '--skip-git-repo-check', ...rest]);

async function expectNoModelTraffic(client: ClientMachine, prompt: string): Promise<void> {
  const before = acceptance.upstream.requests.length;
  const run = await exec(client, '-s', 'danger-full-access', prompt);
  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain(errors['policy-revision-missing'].message);
  expect(acceptance.upstream.requests).toHaveLength(before);
  const listRefused = () => acceptance.organisation.owner.api.activity.list({ outcome: 'refused' });
  await expect.poll(async () => (await listRefused()).items[0]?.refusalCode).toBe('policy-revision-missing');
}

const cacheFile = 'cloud-config-bundle-cache.json';
/** A record, because the signature is over the fields in their order. */
const Cache = z.object({ signed_payload: z.record(z.string(), z.unknown()) });
const AuthFile = z.looseObject({ tokens: z.looseObject({ id_token: z.string() }) });

if (isSince('0.140.0')) {
  test(`Codex ${version} with a forged policy cache gets no model traffic`, async () => {
    const client = await open();
    expect(await exec(client, 'honest')).toMatchObject({ exitCode: 0 });
    const { signed_payload: genuine } = Cache.parse(JSON.parse(await client.files.codexHome.read(cacheFile)));
    // The cache is signed with a constant of the program itself.
    const { stdout } = await client.shell(
      `grep -aoEm1 'codex-cloud-config-bundle-cache-v1-[0-9a-f-]{36}' "$(readlink -f "$(command -v codex)")"`,
    );
    const nothing = { enterprise_managed: [] };
    const forged = { ...genuine, bundle: { config_toml: nothing, requirements_toml: nothing } };
    const key = stdout.trim().split('\n')[0] ?? '';
    const signature = createHmac('sha256', key).update(JSON.stringify(forged)).digest('base64');
    await client.files.codexHome.write(cacheFile, JSON.stringify({ signed_payload: forged, signature }));

    await expectNoModelTraffic(client, 'forged');
  });

  test(`Codex ${version} with an edited id token gets no model traffic`, async () => {
    const client = await open();
    const auth = AuthFile.parse(JSON.parse(await client.files.codexHome.read('auth.json')));
    const [header, payload, signature] = auth.tokens.id_token.split('.');
    const claims = Buffer.from(payload ?? '', 'base64url').toString();
    expect(claims).toContain('"enterprise"');
    const edited = Buffer.from(claims.replace('"enterprise"', '"plus"')).toString('base64url');
    auth.tokens.id_token = [header, edited, signature].join('.');
    await client.files.codexHome.write('auth.json', JSON.stringify(auth), { mode: 0o600 });

    await expectNoModelTraffic(client, 'edited');
  });
} else {
  test(`Codex ${version}, which carries no policy revision, is let in by a setting only`, async () => {
    const client = await open();
    await acceptance.organisation.owner.api.workspace.updateSettings({ oldClientsAllowed: false });
    const before = acceptance.upstream.requests.length;
    const run = await exec(client, 'old');
    expect(run.stderr).toContain(`Codex ${version} cannot carry the workspace policy`);
    expect(acceptance.upstream.requests).toHaveLength(before);
  });
}
