import { evidence } from '../evidence.ts';
import { judgeExec } from '../judge.ts';
import type { AttemptPlan, ExecRun, Judged, Planned, RunFacts, Trial } from '../run-facts.ts';

interface Way {
  name: string;
  title: string;
  args: (url: string) => string[];
  settings?: (url: string) => string;
}

const provider = (url: string) => `{ name = "Other", base_url = "${url}", wire_api = "responses" }`;

const ways: readonly Way[] = [
  {
    name: 'other-provider',
    title: 'Another model provider on the command line',
    args: (url) => ['-c', 'model_provider="other"', '-c', `model_providers.other=${provider(url)}`],
  },
  {
    name: 'redefined-provider',
    title: 'Reeve’s provider redefined in the member’s config.toml',
    args: () => [],
    settings: (url) =>
      `model_provider = "reeve"\n[model_providers.reeve]\nname = "Mine"\nbase_url = "${url}"\nwire_api = "responses"\n`,
  },
  {
    name: 'other-base-url',
    title: 'Another address of the vendor’s provider',
    args: (url) => ['-c', `openai_base_url="${url}"`],
  },
  {
    name: 'local-model',
    title: 'A model on the member’s own machine',
    args: () => ['--oss', '--local-provider', 'ollama'],
  },
];

/** A call that went elsewhere is the failure; one that came through the gateway, or a client that the policy stopped, is what was wanted. */
export function judgeProvider(facts: RunFacts): Judged {
  if (facts.failure !== null) return { verdict: 'inconclusive', observed: facts.failure };
  // A client asks a local server which models it has before it calls one.
  const modelCalls = facts.otherCalls.filter((line) => /^POST .*\/(responses|completions|chat)$/.test(line));
  if (modelCalls.length > 0)
    return {
      verdict: 'broken',
      observed: `The other provider was called: ${modelCalls.slice(0, 3).join(', ')}.`,
    };
  return judgeExec(facts, () => ({
    verdict: 'held',
    observed: 'The call came through the gateway, and the other provider was not called.',
  }));
}

export function planProvider(trial: Trial): Planned {
  const { policy, isSince, model } = trial;
  const isPinned = isSince('0.163.0');
  const url = model.otherProviderUrl;
  const runs = ways.map(
    ({ name, title, args, settings }): ExecRun => ({
      kind: 'exec',
      name,
      title,
      // A model that the gateway serves, so that a call that is led back to it is admitted.
      args: [...args(url), ...(name === 'local-model' && isSince('0.140.0') ? ['-m', trial.modelSlug] : [])],
      steps: [],
      ...(settings ? { settings: settings(url) } : {}),
      // Where a model server on the member’s own machine would be.
      ...(name === 'local-model' ? { env: { CODEX_OSS_BASE_URL: url } } : {}),
    }),
  );
  const attempts = ways.map(
    ({ name, title }): AttemptPlan => ({
      attempt: name,
      title,
      constraint: policy.values.model_provider === undefined ? 'gateway' : 'model_provider',
      surface: 'exec',
      expected: 'No model call leaves the gateway.',
      run: name,
      unknownBecause: isPinned
        ? null
        : `not enforced by ${policy.shortVersion}: it takes a model provider as a default only`,
      judge: (facts) => ({
        ...judgeProvider(facts),
        evidence: [evidence('client-output', 'What the client printed', facts.stderr)],
      }),
    }),
  );
  return { runs, attempts };
}
