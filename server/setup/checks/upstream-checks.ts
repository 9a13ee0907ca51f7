import { sql } from 'kysely';
import type { UpstreamAnswer } from '#server/models/index.ts';
import { type Check, type CheckContext, type Found, ok, problem, unknown, warning } from './check.ts';

/** Tokens and one-time codes tolerate about this much. */
export const toleratedSkewMs = 30_000;

export const skewText = (skewMs: number): string =>
  `${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'}`;

const whereToLook = 'Check the address on the page Models, and whether this machine may reach it.';

function judge(answer: UpstreamAnswer): Found {
  const facts: [string, string | number | null][] = [['Address', answer.baseUrl]];
  if ('failed' in answer) return problem(`${answer.baseUrl} does not answer (${answer.failed}).`, whereToLook, facts);
  const { status, models, hasKey } = answer;
  facts.push(['Answer', status], ['Models it lists', models]);
  if (status === 401 || status === 403)
    return problem(
      hasKey
        ? `The upstream refuses the stored key (${status}).`
        : `The upstream asks for a key (${status}), and none is set.`,
      'Enter a key that may use the Responses API.',
      facts,
    );
  if (status >= 500)
    return warning(`The upstream answers ${status}: it has a problem of its own.`, 'Try again later.', facts);
  if (status === 200)
    return ok(`Asked with the stored key, it listed ${models === null ? 'its models' : `${models} models`}.`, facts);
  return ok(`It answers (${status}) and has no list of models; “Test the upstream” makes a real call.`, facts);
}

const upstream: Check = {
  id: 'upstream',
  title: 'The model upstream answers',
  area: 'upstream',
  path: '/models',
  async look(context) {
    const answer = await context.upstream();
    if (!answer) return problem('No upstream is set: no call can be answered.', 'Set where model calls go.');
    const found = judge(answer);
    const { models } = await context.facts();
    if (found.state !== 'ok' || models.failuresInARow < 3) return found;
    return {
      ...warning(`It answers, and the last ${models.failuresInARow} calls failed.`, 'See why under Activity.'),
      facts: found.facts,
    };
  },
};

const allowedModels: Check = {
  id: 'models',
  title: 'Models are allowed and priced',
  area: 'upstream',
  path: '/models',
  async look({ facts }) {
    const { models, hasDefault, unpricedModels } = (await facts()).models;
    const found: [string, number][] = [
      ['Allowed', models],
      ['Without a price', unpricedModels],
    ];
    if (models === 0) return problem('No model is allowed: every call is refused.', 'Allow one.', found);
    if (!hasDefault)
      return warning('No model is the default, so clients have to name one.', 'Choose the default.', found);
    if (unpricedModels > 0) return warning('Calls of some models have no cost.', 'Enter their prices.', found);
    return ok('Each allowed model has a price, and one is the default.', found);
  },
};

/** The time of somebody else: the database’s where it is another machine, else the upstream’s. */
async function othersTime({
  services,
  upstream: ask,
}: CheckContext): Promise<{ whose: string; skewMs: number } | null> {
  if (services.config.databaseUrl !== null) {
    const before = services.clock();
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(services.db);
    const [row] = rows;
    if (row) return { whose: 'the database', skewMs: before.getTime() - row.now.getTime() };
  }
  const answer = await ask();
  if (!answer || 'failed' in answer || answer.sentAt === null) return null;
  return { whose: 'the upstream', skewMs: answer.askedAt.getTime() - answer.sentAt.getTime() };
}

const clock: Check = {
  id: 'clock',
  title: 'The clock is right',
  area: 'machine',
  path: null,
  async look(context) {
    const other = await othersTime(context);
    if (!other)
      return unknown(
        `${context.now.toISOString()}, and there is nothing to compare it with: no upstream told its time.`,
        'Compare it yourself, and let NTP keep it.',
      );
    const facts: [string, string][] = [
      ['Compared with', other.whose],
      ['Difference', `${(other.skewMs / 1000).toFixed(1)} s`],
    ];
    return Math.abs(other.skewMs) > toleratedSkewMs
      ? problem(
          `This machine is ${skewText(other.skewMs)} ${other.whose}.`,
          'Set its clock, with NTP for example: sign-ins depend on it.',
          facts,
        )
      : ok(
          `It agrees with ${other.whose} to within ${Math.max(1, Math.ceil(Math.abs(other.skewMs) / 1000))} s.`,
          facts,
        );
  },
};

export const upstreamChecks: readonly Check[] = [upstream, allowedModels, clock];
