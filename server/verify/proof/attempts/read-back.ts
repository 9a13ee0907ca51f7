import { z } from 'zod';
import { covers, isTable, type KeyPath, valueAt, writePath } from '../constraint-paths.ts';
import { evidence } from '../evidence.ts';
import { judgeExec } from '../judge.ts';
import type { AttemptPlan, Judged, Planned, RunFacts, Trial } from '../run-facts.ts';

const run = 'read-back';

const Requirements = z.object({ requirements: z.record(z.string(), z.unknown()).nullable() });
const Account = z.looseObject({
  account: z.looseObject({ type: z.string(), planType: z.string().nullish() }).nullable(),
});

const camel = (key: string): string => key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Where `configRequirements/read` shows a key, where that is not its name in other letters. */
const renamed: Readonly<Record<string, string>> = {
  features: 'featureRequirements',
  experimental_network: 'network',
  'windows.allowed_sandbox_implementations': 'allowedWindowsSandboxImplementations',
};

function reportedPath(path: KeyPath): string[] {
  const written = path.join('.');
  const [top = '', ...rest] = path;
  if (renamed[written]) return [renamed[written]];
  return [renamed[top] ?? camel(top), ...rest];
}

/** Keys are shown in camel case, names of the author's choice as they are. Undefined: not shown at all. */
function lookUp(reported: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, part) => {
    if (!isTable(value)) return undefined;
    return Object.hasOwn(value, part) ? value[part] : value[camel(part)];
  }, reported);
}

/** The way of the report for what the document writes. */
function inReportsWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inReportsWords);
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [key, inReportsWords(below)]));
}

function isShown(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted) && wanted.every((one) => typeof one === 'string'))
    return (
      Array.isArray(actual) &&
      wanted.every((one) => actual.includes(one)) &&
      actual.every((one) => wanted.includes(one) || one === 'disabled')
    );
  if (isTable(wanted))
    return (
      isTable(actual) &&
      Object.entries(wanted).every(([key, below]) => isShown(actual[key] ?? actual[camel(key)] ?? [], below))
    );
  if (Array.isArray(wanted))
    return (
      Array.isArray(actual) && actual.length === wanted.length && wanted.every((one, at) => isShown(actual[at], one))
    );
  return covers(actual, wanted);
}

function judgeKey(facts: RunFacts, path: KeyPath, { policy }: Trial): Judged {
  if (facts.failure !== null) return { verdict: 'inconclusive', observed: facts.failure };
  const read = Requirements.safeParse(facts.answers['configRequirements/read']);
  if (!read.success) return { verdict: 'inconclusive', observed: 'The client did not say what binds it.' };
  const reported = read.data.requirements;
  if (reported === null) return { verdict: 'broken', observed: 'The client says that nothing binds it.' };
  const overridden = policy.setByReeve(path);
  if (overridden !== null) return { verdict: 'not-tried', observed: overridden };
  const wanted = valueAt(policy.delivered, path);
  const actual = lookUp(reported, reportedPath(path));
  // Features are a list of names: one that is not among them is not pinned. Other tables show what the version knows.
  if (actual === undefined && path[0] !== 'features')
    return {
      verdict: 'not-tried',
      observed:
        'This client does not report the key, and nothing that a machine without a screen can do shows whether it is kept. That it was delivered is shown by `policy-delivered`.',
    };
  return isShown(actual, inReportsWords(wanted))
    ? { verdict: 'held', observed: `The client reports ${JSON.stringify(actual).slice(0, 300)}.` }
    : {
        verdict: 'broken',
        observed: `The client reports ${JSON.stringify(actual ?? null).slice(0, 300)} in place of ${JSON.stringify(wanted ?? null).slice(0, 300)}.`,
      };
}

function judgeSignIn(facts: RunFacts): Judged {
  if (facts.failure !== null) return { verdict: 'inconclusive', observed: facts.failure };
  const read = Account.safeParse(facts.answers['account/read']);
  if (!read.success) return { verdict: 'inconclusive', observed: 'The client did not say who is signed in.' };
  const { account } = read.data;
  if (account?.type === 'chatgpt' && account.planType === 'enterprise')
    return { verdict: 'held', observed: 'Signed in as a member of the workspace, on its plan.' };
  return {
    verdict: 'broken',
    observed: `Signed in: ${account ? `${account.type}, plan ${account.planType ?? 'none'}` : 'nobody'}.`,
  };
}

const shown = (facts: RunFacts) => [
  evidence(
    'app-server',
    'configRequirements/read',
    JSON.stringify(facts.answers['configRequirements/read'] ?? null, null, 1),
  ),
];

const instructionsKey = 'additional_developer_instructions';

/** Instructions have to be in what the model is asked. */
function planInstructions({ policy }: Trial): AttemptPlan[] {
  const text = policy.values[instructionsKey];
  if (typeof text !== 'string') return [];
  return [
    {
      attempt: 'instructions-in-request',
      title: 'Instructions of the organisation in what the model is asked',
      constraint: instructionsKey,
      surface: 'exec',
      expected: 'They are part of the request.',
      run: 'as-intended',
      unknownBecause: policy.unknownBecause([instructionsKey]),
      judge: (facts) =>
        judgeExec(facts, () =>
          facts.calls[0]?.text.includes(JSON.stringify(text).slice(1, -1)) === true
            ? { verdict: 'held', observed: 'They are in the request.' }
            : { verdict: 'broken', observed: 'They are not in the request.' },
        ),
    },
  ];
}

/** Who is signed in, and every key that nothing else has tried: what the client itself says of it. */
export function planReadBack(trial: Trial, triedConstraints: ReadonlySet<string>): Planned {
  const { policy } = trial;
  const instructions = planInstructions(trial);
  const tried = new Set([...triedConstraints, ...instructions.map(({ constraint }) => constraint)]);
  const rest = policy.paths.filter((path) => !tried.has(writePath(path)));
  const keys = rest.map(
    (path): AttemptPlan => ({
      attempt: `read-back-${writePath(path)}`,
      title: `${writePath(path)}, read back`,
      constraint: writePath(path),
      surface: 'app-server',
      expected: 'The client reports exactly this value as binding.',
      run,
      unknownBecause: policy.unknownBecause(path),
      judge: (facts) => ({ ...judgeKey(facts, path, trial), evidence: shown(facts) }),
    }),
  );
  const signIn: AttemptPlan = {
    attempt: 'signed-in-as-member',
    title: 'Who is signed in',
    constraint: 'sign-in',
    surface: 'app-server',
    expected: 'The member of the workspace, and nobody else.',
    run,
    judge: (facts) => ({
      ...judgeSignIn(facts),
      evidence: [evidence('app-server', 'account/read', JSON.stringify(facts.answers['account/read'] ?? null))],
    }),
  };
  const whole: AttemptPlan = {
    attempt: 'app-server-bound',
    title: 'What binds the app-server, as it says itself',
    constraint: 'delivery',
    surface: 'app-server',
    expected: 'Every key that it reports has the value of the policy.',
    run,
    judge: (facts) => ({ ...judgeWhole(facts, trial), evidence: shown(facts) }),
  };
  return {
    runs: [
      {
        kind: 'app-server',
        name: run,
        title: 'What the client says of itself',
        args: [],
        play: async (app) => ({
          'configRequirements/read': await app.request('configRequirements/read', null),
          'account/read': await app.request('account/read', { refreshToken: false }),
        }),
      },
    ],
    attempts: [signIn, whole, ...instructions, ...keys],
  };
}

/** All keys at once, also those that were tried: the second surface may be bound by something else than the first. */
function judgeWhole(facts: RunFacts, trial: Trial): Judged {
  const known = trial.policy.paths.filter((path) => trial.policy.unknownBecause(path) === null);
  const judged = known.map((path) => ({ path, judged: judgeKey(facts, path, trial) }));
  const worst = judged.find(({ judged: { verdict } }) => verdict === 'inconclusive');
  if (facts.failure !== null || worst)
    return { verdict: 'inconclusive', observed: facts.failure ?? worst?.judged.observed ?? '' };
  const reported = Requirements.safeParse(facts.answers['configRequirements/read']);
  if (!reported.success || reported.data.requirements === null)
    return { verdict: 'broken', observed: 'The app-server says that nothing binds it.' };
  const broken = judged.filter(({ judged: { verdict } }) => verdict === 'broken');
  if (broken.length > 0)
    return {
      verdict: 'broken',
      observed: `The app-server reports something else for ${broken.map(({ path }) => writePath(path)).join(', ')}.`,
    };
  const held = judged.filter(({ judged: { verdict } }) => verdict === 'held').length;
  return { verdict: 'held', observed: `It reports ${held} of ${known.length} keys, all with the value of the policy.` };
}
