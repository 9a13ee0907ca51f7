import type { Recipe } from '#contract/connect.ts';
import { chatgptBaseUrl, clientAddresses, type JoinFacts } from './join-facts.ts';

const caution =
  'Make the access token under Members, for an account of its own. When its check fails the client would go on without signing in; ' +
  'Reeve answers such calls with 401, and the check at the start makes the job fail plainly instead.';

/** CODEX_HOME is a fresh folder: a runner that is used again keeps nothing, and no root is needed. */
function shellScript(facts: JoinFacts): string {
  const accounts = clientAddresses(facts.origin).CODEX_AUTHAPI_BASE_URL;
  const trust = facts.authorityPem
    ? [
        'export CODEX_CA_CERTIFICATE="$CODEX_HOME/reeve-ca.pem"',
        `cat >"$CODEX_CA_CERTIFICATE" <<'PEM'`,
        facts.authorityPem.trim(),
        'PEM',
      ]
    : [];
  const verify = facts.authorityPem ? ' --cacert "$CODEX_CA_CERTIFICATE"' : '';
  return [
    'set -eu',
    `: "\${CODEX_ACCESS_TOKEN:?is not set: give the job an access token of Reeve}"`,
    'CODEX_HOME=$(mktemp -d)',
    'export CODEX_HOME',
    ...trust,
    `export CODEX_AUTHAPI_BASE_URL='${accounts}'`,
    `printf 'chatgpt_base_url = "%s"\\n' '${chatgptBaseUrl(facts.origin)}' >"$CODEX_HOME/config.toml"`,
    `printf 'header = "Authorization: Bearer %s"' "$CODEX_ACCESS_TOKEN" |`,
    `  curl -fsS -o /dev/null${verify} --config - "$CODEX_AUTHAPI_BASE_URL/v1/user-auth-credential/whoami"`,
    "codex exec --skip-git-repo-check 'Say what this repository is for.' </dev/null",
    '',
  ].join('\n');
}

const indented = (text: string, by: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : by + line))
    .join('\n');

const githubWorkflow = (facts: JoinFacts): string => `name: Codex
on: workflow_dispatch
permissions:
  contents: read
jobs:
  codex:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm install --global @openai/codex
      - name: Run Codex through Reeve
        env:
          CODEX_ACCESS_TOKEN: \${{ secrets.CODEX_ACCESS_TOKEN }}
        run: |
${indented(shellScript(facts), '          ')}
`;

/** Jobs without a person: an access token instead of a sign-in. */
export const ciRecipes = (facts: JoinFacts): Recipe[] => [
  {
    id: 'ci-shell',
    title: 'Any CI job',
    sentence: 'A job signs in with an access token from its secrets and is bound by the same policy as a person.',
    audience: 'ci',
    system: 'linux',
    steps: [
      { label: 'With CODEX_ACCESS_TOKEN set from the secret', text: shellScript(facts), fileName: 'codex-job.sh' },
    ],
    caution,
  },
  {
    id: 'ci-github-actions',
    title: 'GitHub Actions',
    sentence: 'The same as a workflow. The runner has to reach Reeve over the network.',
    audience: 'ci',
    system: 'linux',
    steps: [
      {
        label: 'Store the token as the repository secret CODEX_ACCESS_TOKEN, then add this workflow',
        text: githubWorkflow(facts),
        fileName: '.github/workflows/codex.yml',
      },
    ],
    caution,
  },
];
