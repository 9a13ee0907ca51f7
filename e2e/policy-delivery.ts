import type { Policy } from '#contract/policies.ts';
import type { Organisation, Person } from '#testing/organisation.ts';
import type { ExampleOrganisation } from './example-organisation.ts';

const forbidsPush = `allowed_sandbox_modes = ["read-only"]

[[rules.prefix_rules]]
pattern = [{ token = "git" }, { any_of = ["push", "send-email"] }]
decision = "forbidden"
justification = "A person looks at what leaves the machine."
`;

/** Published, with one rule that links to its explanation and says whom to ask. */
export async function addExplainedPolicy({ owner }: Organisation): Promise<Policy> {
  const { policies } = owner.api;
  const { id } = await policies.create({
    name: 'Nothing leaves',
    contents: forbidsPush,
    contact: 'Platform team: platform@example.com or https://wiki.example.com/codex',
    explainsRules: true,
  });
  return (await policies.publication.publish({ id, expectedDraft: 1, message: 'The first version.' })).policy;
}

/** As a client of this version does when it starts. @returns the answer's text */
export async function fetchPolicy(
  { send }: Pick<ExampleOrganisation, 'send'>,
  { api }: Person,
  { version = '0.169.0', client = 'codex_exec' } = {},
): Promise<string> {
  const { token } = await api.identity.createAccessToken({
    kind: 'personal-access-token',
    name: `${client} ${version}`,
    expiresInDays: 30,
  });
  const answer = await send('/backend-api/wham/config/bundle', {
    headers: { authorization: `Bearer ${token}`, 'user-agent': `${client}/${version} (Debian 12.0.0; x86_64) xterm` },
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.text;
}
