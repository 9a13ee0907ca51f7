import { newId } from '#server/crypto/ids.ts';
import type { Tables } from '#server/db/tables.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { recordExampleActivity } from '#testing/example-activity.ts';
import { addExampleBundles } from '#testing/example-bundles.ts';
import { foundOrganisation, type Organisation, type Person } from '#testing/organisation.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';
import type { TestReeve } from '#testing/start-reeve.ts';

const engineers = `# What engineers may do on their own machines.
allowed_sandbox_modes = ["read-only", "workspace-write"]
allowed_approval_policies = ["untrusted", "on-request"]
allowed_web_search_modes = ["cached"]

[[rules.prefix_rules]]
pattern = [{ token = "git" }, { token = "push" }]
decision = "prompt"
justification = "A person looks at what leaves the machine."
`;

const contractors = `# People from agencies read and propose.
allowed_sandbox_modes = ["read-only"]
allowed_approval_policies = ["untrusted"]
allowed_web_search_modes = ["disabled"]
`;

type CallRow = Tables['model_calls'];
type Ending = Pick<CallRow, 'outcome' | 'refusal_code' | 'message'>;

const completed: Ending = { outcome: 'completed', refusal_code: null, message: null };
const endings: Ending[] = [
  completed,
  completed,
  completed,
  {
    outcome: 'refused',
    refusal_code: 'policy-revision-stale',
    message: 'This client runs with an old workspace policy. Restart Codex to load the current one.',
  },
  completed,
  completed,
  { outcome: 'cancelled', refusal_code: null, message: null },
  completed,
  { outcome: 'failed', refusal_code: 'upstream-timeout', message: 'The model upstream did not answer in time.' },
];

/** Call number `index`, counted from the newest; each is older than the one before. */
function exampleCall(workspaceId: string, person: Person, index: number): CallRow {
  const ending = endings[index % endings.length] ?? completed;
  const isDone = ending.outcome === 'completed';
  const startedAt = new Date(Date.now() - (index * index * 23 + 40) * 1000);
  const durationMs = 2100 + ((index * 1733) % 17_000);
  const inputTokens = 9000 + ((index * 7919) % 60_000);
  const outputTokens = 300 + ((index * 613) % 2400);
  return {
    id: newId('call'),
    workspace_id: workspaceId,
    member_id: person.memberId,
    member_name: person.name,
    member_email: person.email,
    credential: 'codex-sign-in',
    client: index % 5 === 4 ? 'codex_vscode' : 'codex_cli_rs',
    client_version: '0.169.0',
    model: 'corp-model',
    thread_id: `019a6f3e-7c1d-7aa0-9b55-${String(1000 + index).padStart(12, '0')}`,
    turn_id: `turn-${index}`,
    session_id: null,
    policy_name: 'Engineers',
    sandbox_mode: 'workspace-write',
    ...ending,
    response_id: null,
    input_tokens: isDone ? inputTokens : null,
    cached_input_tokens: isDone ? Math.round(inputTokens * 0.7) : null,
    output_tokens: isDone ? outputTokens : null,
    reasoning_tokens: isDone ? Math.round(outputTokens * 0.4) : null,
    cost_usd: isDone ? (inputTokens * 0.95 + outputTokens * 10) / 1_000_000 : null,
    ip: '10.20.4.17',
    started_at: startedAt,
    alive_at: null,
    ended_at: new Date(startedAt.getTime() + durationMs),
    duration_ms: ending.outcome === 'refused' ? 4 : durationMs,
    time_to_first_token_ms: isDone ? 620 : null,
    credits: null,
    ...{ attempt_id: null, task_id: null, environment_id: null },
  };
}

async function recordCalls({ services }: TestReeve, workspaceId: string, people: Person[]): Promise<void> {
  const rows = Array.from({ length: 40 }, (_, index) => people[(index * 5) % people.length])
    .filter((person) => person !== undefined)
    .map((person, index) => exampleCall(workspaceId, person, index));
  await services.db.insertInto('model_calls').values(rows).execute();
  const seenAt = new Date();
  const clients = people.map(({ memberId }, index) => ({
    workspace_id: workspaceId,
    member_id: memberId,
    client: index % 3 === 2 ? 'codex_vscode' : 'codex_cli_rs',
    version: ['0.169.0', '0.169.0', '0.163.0', '0.140.0'][index % 4] ?? '0.169.0',
    first_seen_at: seenAt,
    last_seen_at: seenAt,
  }));
  await services.db.insertInto('seen_clients').values(clients).execute();
}

/** One provider in use for the people of an agency, and a domain that waits for its DNS record. The company itself has passwords. */
async function connectProvider({ services, dns }: TestReeve, { api }: Person): Promise<void> {
  const { id } = await api.sso.connections.create({ kind: 'oidc', name: 'Okta' });
  const { id: domainId, domain, txtName, txtValue } = await api.sso.domains.add({ domain: 'example.org' });
  dns.txt.set(txtName, [txtValue]);
  await api.sso.domains.check({ id: domainId });
  await api.sso.domains.add({ domain: 'example.net' });
  const oidc = { issuer: 'https://example.okta.com', clientId: '0oa4f7c2kq', clientSecret: `of ${domain}` };
  await api.sso.connections.update({ id, oidc, domainIds: [domainId], justInTime: { who: 'verified-domains' } });
  // No test signs in at Okta.
  const used = { status: 'enabled' as const, last_used_at: new Date() };
  await services.db.updateTable('sso_connections').set(used).where('id', '=', id).execute();
  await api.keys.create({ name: 'Okta', scopes: ['scim'] });
}

/** A company in the middle of its rollout: people, groups, policies in order, a model, and a morning of calls. */
export async function foundExampleOrganisation(reeve: TestReeve): Promise<Organisation> {
  if (reeve.authorityPem === null) throw new Error('the example needs the local authority');
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  const organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem }, url);
  const names = ['Grace Hopper', 'Alan Turing', 'Katherine Johnson', 'Edsger Dijkstra', 'Barbara Liskov', 'Tony Hoare'];
  const people: Person[] = [];
  for (const name of names) people.push(await organisation.addMember({ name }));
  await organisation.addMember({ name: 'Annie Easley', role: 'owner' });
  const admin = await organisation.addMember({ name: 'Radia Perlman', role: 'codex-admin' });
  const { api } = organisation.owner;
  await api.directory.members.invite({
    people: [{ email: 'margaret.hamilton@example.com', name: 'Margaret Hamilton' }],
  });
  const engineering = await organisation.addGroup('Engineering', [...people.slice(0, 4), admin]);
  const agencies = await organisation.addGroup('Contractors', people.slice(4));
  const forEngineers = await organisation.addPolicy('Engineers', engineers);
  const forContractors = await organisation.addPolicy('Contractors', contractors);
  await organisation.assign(
    [
      { groupId: agencies.id, policyId: forContractors.id },
      { groupId: engineering.id, policyId: forEngineers.id },
    ],
    forContractors.id,
  );
  await api.keys.create({ name: 'SIEM export', scopes: ['audit.read', 'codex.enterprise.analytics.read'] });
  await api.keys.create({ name: 'Policies from the repository', scopes: ['policies.write'], expiresInDays: 180 });
  const upstream = await startResponsesServer({ apiKey: 'sk-example', models: ['corp-model'] });
  try {
    await organisation.serveModel({ baseUrl: upstream.baseUrl, apiKey: 'sk-example' }, 'corp-model');
    await api.models.testUpstream({});
  } finally {
    await upstream.close();
  }
  await recordCalls(reeve, organisation.workspaceId, people);
  const { workspaceId } = organisation;
  await recordExampleActivity(reeve, { workspaceId, people, rule: `${forEngineers.number}.1.0` });
  await connectProvider(reeve, organisation.owner);
  await addExampleBundles(organisation.owner, { engineering: engineering.id, contractors: agencies.id });
  return organisation;
}
