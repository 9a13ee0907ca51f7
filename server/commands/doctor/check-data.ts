import { oldestPostgres, skewText, toleratedSkewMs } from '#server/setup/index.ts';
import { type Check, type Finding, fine, problem, warning } from './check.ts';
import type { Facts } from './read-facts.ts';

const timeoutMs = 5_000;

function lookAtDatabase({ database, databaseProblem }: Facts): Finding {
  if (databaseProblem !== null) return problem('cannot be opened', databaseProblem);
  if (!database) return fine('not made yet; the first start makes it');
  const { engine, serverVersion, pending, unknown } = database;
  const found = `${engine === 'pglite' ? 'embedded' : 'PostgreSQL'} ${serverVersion}`;
  if (Number.parseInt(serverVersion, 10) < oldestPostgres)
    return problem(found, `Reeve needs PostgreSQL ${oldestPostgres} or newer.`);
  if (unknown.length > 0)
    return problem(
      `${found}, used by a newer Reeve (${unknown.join(', ')})`,
      'Upgrade this Reeve, or restore a backup from before.',
    );
  if (pending.length > 0)
    return warning(
      `${found}, ${pending.length} migrations are not applied`,
      'The next start applies them, or: reeve migrate',
    );
  return fine(`${found}, schema up to date`);
}

function lookAtSecrets({ secrets, keyProblem, database }: Facts): Finding {
  if (keyProblem !== null) return problem(keyProblem, 'Put the master key back from your backup.');
  if (!secrets) return database ? warning('not looked at', 'Bring the database in order first.') : fine('none yet');
  const { total, unreadable } = secrets;
  const [first] = unreadable;
  if (!first) return fine(`all ${total} open`);
  return problem(
    `${unreadable.length} of ${total} do not open (${first.context}: ${first.problem})`,
    'Use the master key with which they were stored.',
  );
}

function lookAtBlobs({ database }: Facts): Finding {
  if (!database) return fine('none yet');
  const { total, damaged } = database.blobs;
  const [first] = damaged;
  if (first === undefined) return fine(total === 0 ? 'none yet' : `all ${total} are there, with their size`);
  return problem(
    `of ${total} some are missing or cut short (first: ${first})`,
    'Put the folder blobs/ of the data folder back from your backup. Servers that share a database share that folder too (REEVE_BLOBS_FOLDER).',
  );
}

/** Null when the address does not answer. Any HTTP answer counts: without the key it will be a refusal. */
async function ask(url: string): Promise<{ status: number; sentAt: Date | null } | { failed: string }> {
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/models`, { signal: AbortSignal.timeout(timeoutMs) });
    await response.body?.cancel();
    const date = response.headers.get('date');
    return { status: response.status, sentAt: date === null ? null : new Date(date) };
  } catch (error) {
    const { cause, message } = error as Error;
    return { failed: cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message };
  }
}

async function lookAtUpstream(url: string): Promise<Finding> {
  const answer = await ask(url);
  if ('failed' in answer)
    return problem(
      `${url} does not answer (${answer.failed})`,
      'Check the address on the page Models, and whether this machine may reach it.',
    );
  return answer.status >= 500
    ? warning(`${url} answers ${answer.status}`, 'The model service has a problem of its own; try again later.')
    : fine(`${url} answers`);
}

/** Somebody else's time: PostgreSQL's, else the model upstream's. */
async function lookAtClock({ database }: Facts, readAt: Date): Promise<Finding> {
  const next = 'Set this machine’s clock, with NTP for example: sign-ins depend on it.';
  if (database?.engine === 'postgres') {
    const skewMs = readAt.getTime() - new Date(database.now).getTime();
    return Math.abs(skewMs) > toleratedSkewMs
      ? problem(`${skewText(skewMs)} the database’s`, next)
      : fine('agrees with the database’s');
  }
  for (const url of database?.upstreamUrls ?? []) {
    const answer = await ask(url);
    if ('failed' in answer || !answer.sentAt) continue;
    const skewMs = Date.now() - answer.sentAt.getTime();
    return Math.abs(skewMs) > toleratedSkewMs
      ? problem(`${skewText(skewMs)} the upstream’s`, next)
      : fine('agrees with the upstream’s');
  }
  return fine(`${new Date().toISOString()} (nothing to compare it with)`);
}

export const dataChecks = (facts: Facts, readAt: Date): Check[] => [
  { name: 'database', look: async () => lookAtDatabase(facts) },
  { name: 'secrets', look: async () => lookAtSecrets(facts) },
  { name: 'files', look: async () => lookAtBlobs(facts) },
  { name: 'clock', look: () => lookAtClock(facts, readAt) },
  ...(facts.database?.upstreamUrls ?? []).map((url) => ({ name: 'upstream', look: () => lookAtUpstream(url) })),
];
