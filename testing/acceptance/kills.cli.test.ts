import { expect, test } from 'vitest';
import type { TaskAttempt } from '#contract/tasks.ts';
import { seededRandom } from '#testing/audit-history.ts';
import { type KilledWorld, openKilledWorld } from '#testing/killed-world.ts';
import { listBranches } from '#testing/servers/github/git-folder.ts';
import { eachTurn, endedOutputs, prompts } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';

/** So often the runner and so often the server is killed. More for a longer look. */
const kills = Number(process.env.REEVE_KILLS ?? 20);
/** A failure says its seed: with it the same points come again. */
const seed = Number(process.env.REEVE_KILLS_SEED ?? Date.now() % 1_000_000);
const random = seededRandom(seed);

const tasksAtOnce = 2;
const ticks = 20;

// While it works it writes to a file of this machine's own: whether it still runs can be seen from outside.
const work = eachTurn(
  shellCommand(
    `for i in $(seq ${ticks}); do echo "tick $i"; date +%s%N > alive; sleep 0.05; done; rm alive; echo done > done.txt`,
  ),
  message('Done.'),
);

interface Given {
  id: string;
  prompt: string;
  attempt: TaskAttempt;
  /** How long there was no server meanwhile. */
  outageMs: number;
}

/** A runner that cannot reach Reeve for much longer kills what it runs, as it must: with the runner's own end that is the second loss. */
const mostOutageMs = 15_000;

/**
 * The client in the container calls the model through the server. When that dies under a call, the client may give up after its own few
 * tries: a true end with the client's words, which is counted and shown.
 */
const wasCutOff = ({ ending, sentence }: TaskAttempt): boolean =>
  ending === 'agent-failed' && /stream disconnected/.test(sentence ?? '');

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const hasEnded = ({ state }: TaskAttempt) => /completed|failed|cancelled/.test(state);

/** Who is killed when, in one round. */
const planOf = (taskMs: number) => ({
  runnerAtMs: Math.round(random() * taskMs),
  serverAtMs: Math.round(random() * taskMs),
});

async function attemptOf({ owner }: KilledWorld, id: string): Promise<TaskAttempt> {
  const attempt = (await owner.api.tasks.get({ id })).turns[0]?.attempts[0];
  if (!attempt) throw new Error(`the task ${id} has no attempt`);
  return attempt;
}

/** One that never was ready has run nothing, and ends once nobody is there to give it its command. */
const busy = async (world: KilledWorld) => (await world.containers()).filter((name) => name !== 'bwrap\n');

async function give({ owner, environmentId }: KilledWorld, prompt: string): Promise<{ id: string; prompt: string }> {
  const { id } = await owner.api.tasks.create({ environmentId, mode: 'code', prompt, attempts: 1 });
  return { id, prompt };
}

async function ended(world: KilledWorld, { id, prompt }: { id: string; prompt: string }, told: string): Promise<Given> {
  const isOver = async () => hasEnded(await attemptOf(world, id));
  await expect
    .poll(isOver, { timeout: 240_000 })
    .toBe(true)
    .catch(async (cause: Error) => {
      throw new Error(`${told}, ${prompt}: ${cause.message}\n${await world.describe(id).catch(String)}`, { cause });
    });
  return { id, prompt, attempt: await attemptOf(world, id), outageMs: 0 };
}

async function playRound(world: KilledWorld, round: number, taskMs: number): Promise<Given[]> {
  const { runner, server } = world;
  const plan = planOf(taskMs);
  const told = `seed ${seed}, round ${round}: ${JSON.stringify(plan)}`;
  const given = await Promise.all(
    Array.from({ length: tasksAtOnce }, (_, number) => give(world, `work ${round}-${number}`)),
  );
  const killRunner = async () => {
    await pause(plan.runnerAtMs);
    await runner.killAndStart(() => expect.poll(() => busy(world), { message: told }).toEqual([]));
  };
  let outageMs = 0;
  const killServer = async () => {
    await pause(plan.serverAtMs);
    const from = performance.now();
    await server.killAndStart();
    outageMs = performance.now() - from;
  };
  await Promise.all([killRunner(), killServer()]);
  return Promise.all(given.map(async (one) => ({ ...(await ended(world, one, told)), outageMs })));
}

/** Publishing, with the server killed meanwhile, and again until it is done. */
async function publishTwice({ owner, server, github }: KilledWorld, { id, attempt }: Given): Promise<void> {
  const publish = () => owner.api.tasks.publish({ id, attemptId: attempt.id });
  const first = publish().catch(() => null);
  await pause(Math.round(random() * 1500));
  await server.killAndStart();
  await first;
  // Whoever died in the middle keeps the others out for half a minute.
  await expect
    .poll(() => publish().then(({ state }) => state, String), { timeout: 60_000, interval: 500 })
    .toBe('open');
  const { pullRequests } = await owner.api.tasks.get({ id });
  expect(pullRequests, `seed ${seed}`).toMatchObject([{ number: 1, state: 'open' }]);
  const [repository] = github.world.repositories.values();
  expect(repository?.pulls.size, `seed ${seed}`).toBe(1);
  const branches = await listBranches(repository?.folder ?? '');
  expect(branches.map(({ name }) => name).sort()).toEqual([pullRequests[0]?.branch, 'main'].sort());
}

/** The whole log as it is stored, page by page. */
async function logOf({ owner }: KilledWorld, attemptId: string) {
  const all = [];
  for (let after = 0; ; ) {
    const { items } = await owner.api.tasks.attemptLog({ attemptId, after });
    if (items.length === 0) return all;
    all.push(...items);
    after = items.at(-1)?.seq ?? after;
  }
}

async function expectWholeLog(world: KilledWorld, { attempt }: Given): Promise<void> {
  const log = await logOf(world, attempt.id);
  const text = log.map(({ kind, text: line }) => `${kind}: ${line}`).join('\n');
  expect
    .soft(
      log.map(({ seq }) => seq),
      text,
    )
    .toEqual(log.map((_, at) => at + 1));
  const begins = log.flatMap(({ kind, text: line }, at) => (kind === 'phase' && /^Fetching/.test(line) ? [at] : []));
  expect.soft(begins.length, text).toBeLessThanOrEqual(attempt.tries);
  // A try that was lost says what it came to; the last one says all, and once.
  const last = log.slice(begins.at(-1));
  const ticked = last
    .filter(({ kind }) => kind === 'command-output')
    .flatMap(({ text: line }) => line.match(/tick \d+/g) ?? []);
  expect.soft(ticked, text).toEqual(Array.from({ length: ticks }, (_, at) => `tick ${at + 1}`));
  for (const [kind, count] of [
    ['command', 1],
    ['message', 1],
  ] as const)
    expect.soft(last.filter((line) => line.kind === kind).length, `${kind} in ${text}`).toBe(count);
}

/** How many times the model was asked for the last word of a task, and answered to the end. */
const completions = ({ model }: KilledWorld, prompt: string): number =>
  model.requests.filter(
    ({ body, outcome }) => outcome === 'answered' && prompts(body).at(-1) === prompt && endedOutputs(body).length > 0,
  ).length;

/** Ends as the audit log has them. */
async function endsOf({ services }: KilledWorld): Promise<unknown[]> {
  const rows = await services.db
    .selectFrom('audit_events')
    .select('payload')
    .where('event', '=', 'task.ended')
    .execute();
  return rows.map(({ payload }) => payload.attemptId);
}

async function expectDone(world: KilledWorld, given: Given, told: string): Promise<void> {
  const { attempt, id, prompt } = given;
  expect.soft(attempt, told).toMatchObject({ state: 'completed', ending: 'changed', answer: 'Done.' });
  if (attempt.ending !== 'changed') return;
  await expectWholeLog(world, given);
  const { diff, isFinal } = await world.owner.api.tasks.diff({ id, attemptId: attempt.id });
  expect.soft(isFinal, told).toBe(true);
  expect.soft(diff, told).toContain('done.txt');
  expect.soft(diff, told).not.toContain('alive');
  expect.soft(completions(world, prompt), told).toBeGreaterThanOrEqual(1);
}

test(`kill -9 of the runner and of the server, ${kills} times each: nothing twice, nothing lost (seed ${seed})`, {
  timeout: 240_000 + kills * 120_000,
}, async () => {
  const world = await openKilledWorld((request, ordinal) =>
    prompts(request).at(-1)?.startsWith('work') ? work(request, ordinal) : message('Other.'),
  );
  const begun = performance.now();
  // How long one takes here and today when nobody is killed.
  const given = [await ended(world, await give(world, 'work alone'), 'nobody is killed')];
  const taskMs = performance.now() - begun;
  for (let round = 0; round < kills; round += 1) given.push(...(await playRound(world, round, taskMs)));

  const figures = { tasks: given.length, tries: 0, again: 0, lostTwice: 0, cutOff: 0, longestOutageMs: 0 };
  for (const one of given) {
    const { attempt, prompt, outageMs } = one;
    const times = completions(world, prompt);
    const told = `seed ${seed}, ${prompt}, answered ${times} times: ${JSON.stringify(one)}`;
    // Only a try that was lost before its end had arrived is followed by another.
    expect.soft(times, told).toBeLessThanOrEqual(attempt.tries);
    figures.tries += attempt.tries;
    figures.longestOutageMs = Math.max(figures.longestOutageMs, Math.round(outageMs));
    if (attempt.ending === 'runner-lost' && outageMs > mostOutageMs) figures.lostTwice += 1;
    else if (wasCutOff(attempt)) figures.cutOff += 1;
    else {
      await expectDone(world, one, told);
      figures.again += times - 1;
    }
  }
  // Nobody was killed under the first; and a kill of the server can cut off what ran then, but some task has to come through.
  expect.soft(given[0]?.attempt).toMatchObject({ state: 'completed', ending: 'changed' });
  expect.soft(figures.cutOff + figures.lostTwice, JSON.stringify(figures)).toBeLessThan(given.length - 1);
  expect((await endsOf(world)).sort()).toEqual(given.map(({ attempt }) => attempt.id).sort());
  // Half a minute passes with waiting.
  if (given[0] && kills > 5) await publishTwice(world, given[0]);
  await expect.poll(() => world.containers()).toEqual([]);
  await expect.poll(() => world.attemptFolders()).toEqual([]);
  process.stderr.write(
    `kills ${kills} + ${kills}, seed ${seed}, ${Math.round(taskMs)} ms a task: ${JSON.stringify(figures)}\n`,
  );
});
