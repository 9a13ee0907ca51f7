import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { evidence } from '../evidence.ts';
import { forgeCache } from '../forge-cache.ts';
import { isRefusedAsStranger, isRefusedByGateway, lastWords } from '../judge.ts';
import type { AttemptPlan, ExecRun, Judged, Planned, RunFacts, Trial } from '../run-facts.ts';
import { editPlan } from '../sign-in-file.ts';

/** How 0.140 ends when it cannot have an access token checked; it never starts without. */
const uncheckedWords = 'failed to request personal access token metadata';

/** A client that was freed of its policy may do what it likes, except call the model. */
export function judgeFreed(facts: RunFacts): Judged {
  if (facts.failure !== null) return { verdict: 'inconclusive', observed: facts.failure };
  if (facts.calls.length > 0) return { verdict: 'broken', observed: 'The gateway let the call through.' };
  if (isRefusedByGateway(facts)) return { verdict: 'held', observed: `The gateway refused: ${lastWords(facts)}` };
  if (isRefusedAsStranger(facts))
    return { verdict: 'held', observed: `Without a valid sign-in nothing went through: ${lastWords(facts)}` };
  if (facts.exitCode !== 0 && facts.stderr.includes(uncheckedWords))
    return {
      verdict: 'held',
      observed: `The client stopped, because its token could not be checked: ${lastWords(facts)}`,
    };
  return { verdict: 'inconclusive', observed: `No call came through, for another reason: ${lastWords(facts)}` };
}

/** Since the policy no longer says where the gateway is, whoever evades it does; without retries, so that a refusal is told at once. */
const byHand = ({ subject }: Trial): string =>
  `model_provider = "by-hand"
[model_providers.by-hand]
name = "By hand"
base_url = "${subject.origin}/backend-api/codex"
wire_api = "responses"
requires_openai_auth = true
request_max_retries = 0
stream_max_retries = 0
`;

interface Forgery {
  name: string;
  title: string;
  constraint: string;
  expected: string;
  since: string;
  run: Partial<ExecRun>;
}

function forgeries(trial: Trial, token: string): Forgery[] {
  const { subject } = trial;
  return [
    {
      name: 'forged-cache',
      title: 'An empty policy in the client’s cache, signed with the key that is in the program',
      constraint: 'cache',
      expected: 'The gateway refuses the client, because the revision of the policy is missing.',
      since: '0.140.0',
      run: {
        prepare: ({ codexHome }) => forgeCache(subject.client, trial.placeOf('as-intended').codexHome, codexHome),
      },
    },
    {
      name: 'edited-id-token',
      title: 'A plan without a policy written into the stored sign-in',
      constraint: 'sign-in',
      expected: 'The client may skip its policy; the gateway refuses it then.',
      since: '0.120.0',
      run: { prepare: ({ codexHome }) => editPlan(codexHome) },
    },
    {
      name: 'access-token-unchecked',
      title: 'An access token whose check is kept from answering',
      constraint: 'sign-in',
      expected: 'The client goes on without a sign-in or stops; nothing goes through.',
      since: '0.140.0',
      run: {
        prepare: ({ codexHome }) => rm(path.join(codexHome, 'auth.json')),
        env: { CODEX_ACCESS_TOKEN: token, CODEX_AUTHAPI_BASE_URL: 'http://127.0.0.1:9/nothing' },
      },
    },
    {
      name: 'api-key',
      title: 'An API key in place of the sign-in',
      constraint: 'sign-in',
      expected: 'The key is not used, or the gateway refuses it.',
      since: '0.120.0',
      run: {
        prepare: async ({ codexHome }) => {
          const auth = { auth_mode: 'apikey', OPENAI_API_KEY: 'sk-proof-not-a-key' };
          await writeFile(path.join(codexHome, 'auth.json'), JSON.stringify(auth), { mode: 0o600 });
        },
      },
    },
  ];
}

/** What whoever owns the machine can do to the client's own files. The gateway has the last word. */
export async function planForgeries(trial: Trial): Promise<Planned> {
  const token = await trial.subject.createAccessToken();
  const tried = forgeries(trial, token).filter(({ since }) => trial.isSince(since));
  const runs = tried.map(
    ({ name, title, run }): ExecRun => ({
      kind: 'exec',
      name,
      title,
      args: [],
      steps: [],
      settings: byHand(trial),
      ...run,
    }),
  );
  const attempts = tried.map(
    ({ name, title, constraint, expected }): AttemptPlan => ({
      attempt: name,
      title,
      constraint,
      surface: 'exec',
      expected,
      run: name,
      unknownBecause:
        name === 'edited-id-token' && !trial.isSince('0.140.0')
          ? `not enforced by ${trial.policy.shortVersion}: it carries no revision of the policy, so the gateway cannot tell`
          : null,
      judge: (facts) => ({
        ...judgeFreed(facts),
        evidence: [evidence('client-output', 'What the client printed', facts.stderr)],
      }),
    }),
  );
  return { runs, attempts };
}
