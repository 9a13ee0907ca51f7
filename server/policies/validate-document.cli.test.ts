import { expect, onTestFinished, test } from 'vitest';
import { createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { signedInMember, startPolicyAnswers } from '#testing/servers/policy-answers.ts';
import { acceptedDocuments, refusedCases, sessionFailureCases } from './document-cases/read-cases.ts';
import { policyPresets, seedExample } from './policy-presets.ts';
import { isRefused, validateDocument } from './validate-document.ts';

/** Each document gets a new CODEX_HOME, so that no cached policy answers for it. */
const askForEach = `
seq 0 "$(( $1 - 1 ))" | xargs -P 2 -I{} sh -c '
  home="$HOME/probes/{}"
  mkdir -p "$home/.codex" && cp "$CODEX_HOME/auth.json" "$home/.codex/"
  printf "chatgpt_base_url = \\"%s/{}/backend-api/\\"\\n" "$0" > "$home/.codex/config.toml"
  HOME="$home" CODEX_HOME="$home/.codex" codex app-server --print-startup-config > "$home.json" 2> /dev/null
  rm -rf "$home"; true
' "$2"
`;

/** What the client says about each document: null when it starts with it, else its reason not to. */
async function askClient(documents: readonly string[]): Promise<(string | null)[]> {
  const server = await startPolicyAnswers((path) => {
    const contents = documents[Number(path.split('/')[1])] ?? '';
    return { requirements_toml: { enterprise_managed: [{ id: 'policy', name: 'Policy', contents }] } };
  });
  onTestFinished(() => server.close());
  const client = await createClientMachine({ version: '0.169.0', authJson: signedInMember() });
  onTestFinished(() => client.close());
  const { exitCode, stderr } = await client.shell(askForEach, {
    args: [String(documents.length), server.origin],
    timeoutMs: 390_000,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return Promise.all(
    documents.map(async (_, index) => {
      const answer = JSON.parse(await client.files.home.read(`probes/${index}.json`));
      if ('configRequirements' in answer) return null;
      return String(answer.error.message);
    }),
  );
}

const rawDocuments = [
  'a = "\0"\n',
  '# \u0001\n',
  'a=1\rb=2\n',
  'allow_appshots = true\r\n# x\r\n',
  '\uFEFFallow_appshots = true\n',
  '',
  '   \n',
  seedExample,
  ...policyPresets.map(({ contents }) => contents),
];

test('validator and stock client agree on every document of the table', async () => {
  const documents = [...refusedCases().map(({ document }) => document), ...acceptedDocuments(), ...rawDocuments];
  const reasons = await askClient(documents);
  const disagreements = documents.flatMap((document, index) => {
    const errors = validateDocument(document).filter(({ severity }) => severity === 'error');
    const reason = reasons[index] ?? null;
    return isRefused(errors) === (reason !== null) ? [] : [{ document, client: reason, reeve: errors }];
  });
  expect(disagreements).toEqual([]);
}, 400_000);

test('every repair the validator offers is accepted by the client', async () => {
  const repaired = [...refusedCases().map(({ document }) => document), seedExample].flatMap((document) => {
    const errors = validateDocument(document).filter(({ severity }) => severity === 'error');
    return errors.length === 1 && errors[0]?.fix ? [errors[0].fix.contents] : [];
  });
  expect(repaired.length).toBeGreaterThan(3);
  expect(repaired.filter((document) => isRefused(validateDocument(document)))).toEqual([]);
  expect((await askClient(repaired)).filter((reason) => reason !== null)).toEqual([]);
});

test.each(sessionFailureCases())('the client fails every session with $document', async ({ document }) => {
  const server = await startPolicyAnswers(() => ({
    requirements_toml: { enterprise_managed: [{ id: 'policy', name: 'Policy', contents: document }] },
  }));
  onTestFinished(() => server.close());
  const client = await createClientMachine({
    version: '0.169.0',
    authJson: signedInMember(),
    configToml: `chatgpt_base_url = "${server.origin}/backend-api/"
model = "corp-model"
model_provider = "scripted"
[model_providers.scripted]
name = "Scripted"
base_url = "${server.origin}/gateway"
requires_openai_auth = true
`,
  });
  onTestFinished(() => client.close());
  const { exitCode, stderr } = await client.run(['exec', '--skip-git-repo-check', 'hello']);
  expect(exitCode).not.toBe(0);
  expect(stderr).toMatch(/^Error: /m);
  expect(server.modelCalls).toEqual([]);
});
