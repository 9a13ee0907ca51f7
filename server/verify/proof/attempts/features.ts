import { z } from 'zod';
import { isTable, writePath } from '../constraint-paths.ts';
import { evidence } from '../evidence.ts';
import type { AttemptPlan, Judged, Planned, RunFacts, Trial } from '../run-facts.ts';

const FeatureList = z.object({
  data: z.array(z.looseObject({ name: z.string(), enabled: z.boolean() })),
  nextCursor: z.string().nullish(),
});

function judgeFeature(facts: RunFacts, name: string, pinned: boolean): Judged {
  if (facts.failure !== null) return { verdict: 'inconclusive', observed: facts.failure };
  const list = FeatureList.safeParse(facts.answers['experimentalFeature/list']);
  if (!list.success) return { verdict: 'inconclusive', observed: 'The client did not list its features.' };
  const feature = list.data.data.find((one) => one.name === name);
  if (!feature)
    return {
      verdict: 'not-tried',
      observed: 'This client does not list the feature, so that its state cannot be seen.',
    };
  const state = feature.enabled ? 'on' : 'off';
  return feature.enabled === pinned
    ? { verdict: 'held', observed: `The client says that it is ${state}, although the opposite was asked for.` }
    : { verdict: 'broken', observed: `The client says that it is ${state}.` };
}

/** Each pinned feature with the opposite asked for, in the settings and on the command line, and what the client says of it then. */
export function planFeatures({ policy }: Trial): Planned {
  const pins = policy.values.features;
  if (!isTable(pins)) return { runs: [], attempts: [] };
  const run = 'features';
  const wanted = Object.entries(pins).flatMap(([name, value]) => (typeof value === 'boolean' ? [{ name, value }] : []));
  const known = wanted.filter(({ name }) => policy.unknownBecause(['features', name]) === null && /^[\w]+$/.test(name));
  const lines = known.map(({ name, value }) => `${name} = ${!value}`).join('\n');
  const attempts = wanted.map(({ name, value }): AttemptPlan => {
    const isKnown = known.some((one) => one.name === name);
    const pinned = policy.setByReeve(['features', name]) === null ? value : !value;
    return {
      attempt: `feature-${name}`,
      title: `The feature ${name}, which is pinned ${value ? 'on' : 'off'}, the other way round`,
      constraint: writePath(['features', name]),
      surface: 'app-server',
      expected: `It stays ${pinned ? 'on' : 'off'}.`,
      run: isKnown ? run : null,
      unknownBecause: policy.unknownBecause(['features', name]),
      judge: (facts) => ({
        ...(isKnown
          ? judgeFeature(facts, name, pinned)
          : { verdict: 'not-tried' as const, observed: 'The client does not know the feature.' }),
        evidence: [evidence('app-server', 'experimentalFeature/list', JSON.stringify(facts.answers, null, 1))],
      }),
    };
  });
  if (known.length === 0) return { runs: [], attempts };
  return {
    runs: [
      {
        kind: 'app-server',
        name: run,
        title: 'Pinned features',
        args: known.flatMap(({ name, value }) => ['-c', `features.${name}=${!value}`]),
        settings: `[features]\n${lines}\n`,
        play: async (app) => {
          const data: unknown[] = [];
          let cursor: string | null | undefined = null;
          do {
            const page = FeatureList.parse(await app.request('experimentalFeature/list', cursor ? { cursor } : {}));
            data.push(...page.data.filter((one) => Object.hasOwn(pins, one.name)));
            cursor = page.nextCursor;
          } while (cursor);
          return { 'experimentalFeature/list': { data } };
        },
      },
    ],
    attempts,
  };
}
