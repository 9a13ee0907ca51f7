import { evidence } from '../evidence.ts';
import { isKeptOut, isRefusedByGateway, judgeExec, lastWords } from '../judge.ts';
import { readDeliveredPolicy } from '../read-delivered.ts';
import type { Judged, Planned, RunFacts, Trial } from '../run-facts.ts';
import { scriptedAnswer } from '../scripted-model.ts';
import type { ServerSighting } from '../subject.ts';

const run = 'as-intended';

/** A client that works as everybody wants: before anything is tried to break, it has to be bound at all. */
export function judgeGateway(facts: RunFacts): Judged {
  if (isKeptOut(facts))
    return {
      verdict: 'held',
      observed: `Refused by the workspace, which lets this client in nowhere: ${lastWords(facts)}`,
    };
  if (facts.calls.length === 0 && isRefusedByGateway(facts))
    return {
      verdict: 'broken',
      observed: `The gateway says that the client carries no current policy: ${lastWords(facts)}`,
    };
  return judgeExec(facts, () => {
    const isAnswered = facts.stdout.includes(scriptedAnswer(run));
    if (!isAnswered) return { verdict: 'inconclusive', observed: `The answer did not arrive: ${lastWords(facts)}` };
    const count = facts.sightings.filter(({ kind }) => kind === 'model-call').length;
    if (count === 0) return { verdict: 'broken', observed: 'The model was called and Reeve has no record of it.' };
    return { verdict: 'held', observed: `${count} calls went through the gateway and the answer arrived.` };
  });
}

function judgeTelemetry(facts: RunFacts): Judged {
  return judgeExec(facts, () => {
    const count = facts.sightings.filter(({ kind }) => kind === 'telemetry').length;
    return count > 0
      ? { verdict: 'held', observed: `${count} records of this run arrived.` }
      : { verdict: 'broken', observed: 'No record of this run arrived.' };
  });
}

const lineOf = ({ at, kind, detail }: ServerSighting): string => `${at.toISOString()} ${kind} ${detail}`;

export function planIntended(trial: Trial): Planned {
  const { policy, isSince } = trial;
  const place = trial.placeOf(run);
  return {
    runs: [
      {
        kind: 'exec',
        name: run,
        title: 'Working as intended',
        args: [],
        steps: [{ command: 'true' }],
        watch: [
          `${place.codexHome}/cloud-config-bundle-cache.json`,
          `${place.codexHome}/cloud-requirements-cache.json`,
        ],
        asksServer: true,
      },
    ],
    attempts: [
      {
        attempt: 'policy-delivered',
        title: 'The client has exactly this policy',
        constraint: 'delivery',
        surface: 'exec',
        expected: 'What the client keeps of its policy is this version, key by key.',
        run,
        judge: (facts) => readDeliveredPolicy(facts, trial),
      },
      {
        attempt: 'works-through-the-gateway',
        title: 'Signed in, it works through the gateway',
        constraint: 'gateway',
        surface: 'exec',
        expected: 'The call carries the revision of the policy, the gateway admits it, and the answer arrives.',
        run,
        judge: (facts) => ({
          ...judgeGateway(facts),
          evidence: [
            evidence('client-output', 'What the client printed', `${facts.stdout}\n${facts.stderr}`),
            evidence('server-log', 'What Reeve has of this run', facts.sightings.map(lineOf).join('\n')),
          ],
        }),
      },
      {
        attempt: 'telemetry-arrives',
        title: 'What the client does is reported',
        constraint: 'telemetry',
        surface: 'exec',
        expected: 'OpenTelemetry records of this run are in Reeve.',
        run,
        unknownBecause: isSince('0.140.0') ? null : `not enforced by ${policy.shortVersion}: it reports nothing`,
        judge: judgeTelemetry,
      },
    ],
  };
}
