import type { EgressRule } from '#contract/internet-access.ts';
import type { LogEntry } from '#contract/task-states.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Services } from '#server/services.ts';
import { plainEnvironment } from './environment-tests.ts';
import type { Person } from './organisation.ts';
import { seedRepository } from './seed-repository.ts';

type Place = Pick<Services, 'db' | 'secrets'>;

const setup = `set -euo pipefail
npm ci
npm run build
`;

const log: [LogEntry['kind'], LogEntry['phase'], string][] = [
  ['phase', 'prepare', 'Fetching example-ltd/shop'],
  ['output', 'prepare', 'main at 4f1c2ab\n'],
  ['phase', 'setup', 'Set-up'],
  ['output', 'setup', 'added 214 packages, and audited 215 packages in 9s\n'],
  [
    'output',
    'setup',
    '> tsc -p .\nsrc/cart.ts(12,7): error TS2322: Type ‘string’ is not assignable to type ‘number’.\n',
  ],
];

const refused: [string, EgressRule, string, number][] = [
  ['files.example.net', 'domain-not-listed', 'GET', 7],
  ['registry.example.org', 'method-not-allowed', 'PUT', 2],
];

/** Where set-up went wrong, as a runner would have told it. */
async function failTry({ db, secrets }: Place, workspaceId: string, attemptId: string): Promise<void> {
  const now = Date.now();
  for (const [index, [kind, phase, text]] of log.entries()) {
    const seq = index + 1;
    const sealed_text = await secrets.seal(text, `cloud_log/${attemptId}/${seq}`);
    const at = new Date(now - 60_000 + seq * 4000);
    const place = { attempt_id: attemptId, seq, workspace_id: workspaceId };
    await db
      .insertInto('cloud_log')
      .values({ ...place, at, kind, phase, item: null, exit_code: null, sealed_text })
      .execute();
  }
  await db
    .updateTable('cloud_attempts')
    .set({ state: 'failed', ending: 'setup-failed', detail: 'It ended with 1.', epoch: 1 })
    .set({ claimed_at: new Date(now - 60_000), finished_at: new Date(now) })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', attemptId)
    .execute();
}

async function refuseHosts(
  { db }: Place,
  place: { workspace_id: string; environment_id: string; attempt_id: string },
): Promise<void> {
  const request = { phase: 'agent', port: 443, path: '/', is_allowed: false, address: null, status: null } as const;
  for (const [host, rule, method, count] of refused)
    for (let hoursAgo = 1; hoursAgo <= count; hoursAgo += 1)
      await db
        .insertInto('cloud_egress')
        .values({
          ...place,
          ...request,
          id: newId('egr'),
          at: new Date(Date.now() - hoursAgo * 3_600_000),
          host,
          rule,
          method,
          sent_bytes: 0,
          received_bytes: 0,
        })
        .execute();
}

/** Turns Codex cloud on and makes environments with something on each of their tabs. @returns the id of the fullest */
export async function addExampleEnvironments(
  services: Place,
  { workspaceId, owner, groupIds }: { workspaceId: string; owner: Person; groupIds: string[] },
): Promise<string> {
  const { api } = owner;
  await api.workspace.updateSettings({ codexCloudEnabled: true, agentInternetAllowed: true });
  const repository = (name: string) => seedRepository(services.db, { workspaceId, name: `example-ltd/${name}` });
  const [shop, payments] = [await repository('shop'), await repository('payments-api')];
  const { id } = await api.environments.create(
    plainEnvironment([shop, payments], {
      label: 'Web shop',
      description: 'The shop and its back office.',
      setupScript: setup,
      maintenanceScript: 'npm ci --prefer-offline\n',
      variables: [{ name: 'NODE_ENV', value: 'test' }],
      languageVersions: { node: '22' },
      internet: { isOn: true, preset: 'common-dependencies', domains: ['registry.example.com'], methods: 'safe' },
      sharing: 'workspace',
    }),
  );
  await api.environments.create(
    plainEnvironment([payments], {
      label: 'Payments API',
      sharing: groupIds.length > 0 ? 'groups' : 'private',
      groupIds,
    }),
  );
  await api.environments.setPinned({ id, isPinned: true });
  await api.environments.setSecret({ id, name: 'NPM_TOKEN', value: 'npm-token-of-an-example' });
  const { attemptId } = await api.environments.try({ id });
  await failTry(services, workspaceId, attemptId);
  await refuseHosts(services, { workspace_id: workspaceId, environment_id: id, attempt_id: attemptId });
  return id;
}
