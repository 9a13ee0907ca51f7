import { errors } from '#contract/errors.ts';
import { callGateway, type GatewayAnswer } from '../call-gateway.ts';
import { evidence } from '../evidence.ts';
import { isRefusedByGateway, judgeExec, lastWords } from '../judge.ts';
import { runOtherClient } from '../other-client.ts';
import { readDeliveredPolicy } from '../read-delivered.ts';
import type { AttemptPlan, Judged, Planned, RunFacts, Trial } from '../run-facts.ts';
import { readSignIn } from '../sign-in-file.ts';
import { readStatedPolicy, type StatedPolicy } from '../stated-policy.ts';

const header = 'x-reeve-policy';
const run = 'straight-calls';

const calls = [
  {
    name: 'no-revision',
    title: 'A valid sign-in without the revision of a policy',
    headers: {} as Record<string, string>,
    expected: 'policy-revision-missing',
  },
  {
    name: 'forged-revision',
    title: 'A valid sign-in with a revision that Reeve did not sign',
    headers: {
      [header]: 'eyJhbGciOiJIUzI1NiIsImtpZCI6ImZvcmdlZCJ9.eyJ3cyI6IngiLCJtZW0iOiJ4Iiwia2V5IjoieCJ9.Zm9yZ2Vk',
    } as Record<string, string>,
    expected: 'policy-revision-missing',
  },
  {
    name: 'no-sign-in',
    title: 'No sign-in at all',
    headers: { authorization: '' } as Record<string, string>,
    expected: null,
  },
] as const;

function judgeAnswer(facts: RunFacts, name: string, expected: keyof typeof errors | null): Judged {
  if (facts.failure !== null) return { verdict: 'inconclusive', observed: facts.failure };
  const answer = facts.answers[name] as GatewayAnswer | undefined;
  if (!answer) return { verdict: 'inconclusive', observed: 'The gateway did not answer.' };
  const observed = `The gateway answered ${answer.status}: ${answer.body.slice(0, 200)}`;
  if (answer.status < 400) return { verdict: 'broken', observed };
  const isMeant = expected === null ? answer.status === 401 : answer.body.includes(errors[expected].message);
  return { verdict: isMeant ? 'held' : 'inconclusive', observed };
}

/** Calls of the gateway with the member's own token and without any client: nothing the client does can be relied on here. */
export function planStraightCalls(trial: Trial): Planned {
  const { subject, machine, model, modelSlug, signal } = trial;
  const attempts = calls.map(
    ({ name, title, expected }): AttemptPlan => ({
      attempt: name,
      title,
      constraint: name === 'no-sign-in' ? 'sign-in' : 'gateway',
      surface: 'none',
      expected: 'The gateway refuses the call.',
      run,
      unknownBecause:
        name === 'no-revision' && !trial.isSince('0.140.0')
          ? `not enforced by ${trial.policy.shortVersion}: it carries no revision of the policy, so the gateway cannot tell`
          : null,
      judge: (facts) => ({
        ...judgeAnswer(facts, name, expected),
        evidence: [evidence('server-log', 'What the gateway answered', JSON.stringify(facts.answers[name] ?? null))],
      }),
    }),
  );
  return {
    runs: [
      {
        kind: 'other',
        name: run,
        title: 'Straight calls of the gateway',
        play: async () => {
          const { tokens } = await readSignIn(machine.files.codexHome.path);
          const signedIn = {
            authorization: `Bearer ${tokens.access_token}`,
            'chatgpt-account-id': tokens.account_id ?? '',
          };
          const answers: Record<string, unknown> = {};
          for (const { name, headers } of calls) {
            const all = Object.entries({
              ...signedIn,
              'user-agent': `codex_exec/${subject.client.version} (proof)`,
              ...headers,
            }).filter(([, value]) => value !== '');
            const body = { model: modelSlug, stream: false, input: model.script(run, []) };
            const asked = {
              method: 'POST' as const,
              path: '/backend-api/codex/responses',
              headers: Object.fromEntries(all),
              body,
            };
            answers[name] = await callGateway(subject, asked, signal);
          }
          return { answers };
        },
      },
    ],
    attempts,
  };
}

/** An older client with the same member: bound by the same policy, or refused. */
export function planOlderClient(trial: Trial): Planned {
  const { otherClient } = trial.subject;
  if (!otherClient) return { runs: [], attempts: [] };
  const name = 'older-client';
  return {
    runs: [
      {
        kind: 'other',
        name,
        title: `The older client ${otherClient.version}`,
        play: (place) => runOtherClient(trial, otherClient, place),
      },
    ],
    attempts: [
      {
        attempt: name,
        title: `The same member with the older client ${otherClient.version}`,
        constraint: 'gateway',
        surface: 'exec',
        expected: 'It is refused, or it carries the policy.',
        run: name,
        judge: (facts) => ({
          ...judgeOlder(facts, readStatedPolicy(trial.subject.policy, otherClient.version)),
          evidence: [evidence('client-output', 'What the older client printed', facts.stderr)],
        }),
      },
    ],
  };
}

/** @param policy as it is meant for the older version */
export function judgeOlder(facts: RunFacts, policy: StatedPolicy): Judged {
  if (facts.failure !== null) return { verdict: 'inconclusive', observed: facts.failure };
  if (facts.calls.length === 0)
    return isRefusedByGateway(facts)
      ? { verdict: 'held', observed: `It was refused: ${lastWords(facts)}` }
      : { verdict: 'inconclusive', observed: `It did not come to a call, for another reason: ${lastWords(facts)}` };
  return judgeExec(facts, () => {
    const delivered = readDeliveredPolicy(facts, { policy });
    return delivered.verdict === 'held'
      ? {
          ...delivered,
          observed: 'It was admitted with the policy it fetched; what of it that version keeps is a proof of its own.',
        }
      : { ...delivered, observed: `It was admitted. ${delivered.observed}` };
  });
}
