/**
 * How long a hosted task takes to its first model call: `reeve serve`, `reeve run`, Docker, the stock client and a scripted model, all on
 * this machine. Warm: the runner has the repository and a kept set-up. Cold: neither. In turns with them, in the same run: `docker run` of
 * the same image with nothing in it, and with the same client that calls the same model by itself. Argument: rounds.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import type { LogEntry } from '#contract/task-states.ts';
import { startContainerEngine } from '#testing/container-engine.ts';
import { loadNow, ms, printTable, quantile, times } from './measure.ts';
import { runClient, runNothing } from './peers/docker-run.ts';
import { startHostedReeve } from './peers/hosted-reeve.ts';
import { startScriptedModel } from './peers/scripted-model.ts';

const rounds = Number(process.argv[2] ?? 8);
const engine = await startContainerEngine();
if (!engine) process.exit(1);
const model = await startScriptedModel();
const reeve = await startHostedReeve(engine, { members: 1, model });
const [owner] = reeve.people;
if (!owner) throw new Error('there is nobody');
const { tasks } = owner.api;
const runner = await reeve.startRunner(2);
process.stdout.write(`\n${loadNow()}\n`);

/** The parts of a start in their order, each with how the moment it ends is known. */
const parts = [
  'the call that gives the task',
  'queued, until a runner has it',
  'job made, lease held, proxy started',
  'repository fetched',
  'files, kept set-up, git folder, image',
  'set-up in a container of its own, kept',
  'container of the agent, to the client’s first request',
  'the client’s own start: sign-in, policy, models',
] as const;
type Part = (typeof parts)[number];
interface Start {
  totalMs: number;
  parts: Record<Part, number>;
}

const at = (entries: readonly LogEntry[], words: RegExp): number | null => {
  const found = entries.find(({ text }) => words.test(text));
  return found ? Date.parse(found.at) : null;
};

async function ended(id: string) {
  for (;;) {
    const attempt = (await tasks.get({ id })).turns[0]?.attempts[0];
    if (attempt?.ending) return attempt;
    await wait(200);
  }
}

let count = 0;
async function start(expected: { isFromCache: boolean }): Promise<Start> {
  count += 1;
  const prompt = `Task ${count}.`;
  const sentAt = Date.now();
  const { id } = await tasks.create({ environmentId: reeve.environmentId, mode: 'code', prompt });
  const calledAt = await model.firstCall(prompt);
  const attempt = await ended(id);
  if (attempt.ending !== 'changed' || attempt.isFromCache !== expected.isFromCache)
    throw new Error(`${prompt} ${attempt.ending}, ${attempt.sentence}\n${runner.stderr}\n${reeve.server.stderr}`);
  const { items } = await tasks.attemptLog({ attemptId: attempt.id });
  const egress = (await tasks.egress({ attemptId: attempt.id, limit: 100 })).items;
  const firstRequest = Math.min(...egress.map((each) => Date.parse(each.at)));
  const queuedAt = Date.parse(attempt.queuedAt);
  const claimedAt = Date.parse(attempt.startedAt ?? '');
  const begunAt = at(items, /^Fetching /) ?? Number.NaN;
  const fetchedAt = at(items, /^Commit /) ?? Number.NaN;
  const agentAt = at(items, /^Codex begins/) ?? Number.NaN;
  const filesAt = at(items, /^Set-up begins/) ?? agentAt;
  const moments = [queuedAt, claimedAt, begunAt, fetchedAt, filesAt, agentAt, firstRequest, calledAt];
  const lengths = parts.map((part, index) => [part, (moments[index] ?? 0) - (moments[index - 1] ?? sentAt)] as const);
  return { totalMs: calledAt - queuedAt, parts: Object.fromEntries(lengths) as Start['parts'] };
}

let changes = 0;
/** As for a runner that never saw the repository, and an environment that nobody has set up. */
async function startCold(): Promise<Start> {
  changes += 1;
  await reeve.changeSetup(`echo built ${changes} > ~/built`);
  rmSync(join(reeve.runnerFolder, 'repositories'), { recursive: true, force: true });
  return start({ isFromCache: false });
}

async function startClient(): Promise<number> {
  count += 1;
  const prompt = `Alone ${count}.`;
  const { startedAt } = await runClient(engine as NonNullable<typeof engine>, model, prompt);
  return (await model.firstCall(prompt)) - startedAt;
}

const first = await start({ isFromCache: false });
await runNothing(engine);
await startClient();
const nothingMs: number[] = [];
const clientMs: number[] = [];
const warm: Start[] = [];
const cold: Start[] = [];
for (let round = 0; round < rounds; round += 1) {
  nothingMs.push(await runNothing(engine));
  clientMs.push(await startClient());
  cold.push(await startCold());
  // What the cold one kept serves this one.
  warm.push(await start({ isFromCache: true }));
}

await reeve.close();
await model.close();
await engine.stop();

const totals = (starts: readonly Start[]) => starts.map(({ totalMs }) => totalMs);
const median = (values: readonly number[]) => quantile(values, 0.5);
const row = (name: string, values: readonly number[]) => [
  name,
  String(values.length),
  ms(median(values)),
  ms(quantile(values, 1)),
  times(median(values) / median(nothingMs)),
  times(median(values) / median(clientMs)),
];
printTable(
  'From queued to the first model call',
  ['what', 'number', 'median', 'longest', 'of an empty `docker run`', 'of `docker run` with the client'],
  [
    row('`docker run` of the image, `true`, to its end', nothingMs),
    row('`docker run` with the client, to its first model call', clientMs),
    row('task, warm', totals(warm)),
    row('task, cold', totals(cold)),
    row('the first task of a runner', totals([first])),
  ],
);
printTable(
  'Where the time goes',
  ['part', 'warm, median', 'cold, median'],
  parts.map((part) => [
    part,
    ms(median(warm.map((each) => each.parts[part]))),
    ms(median(cold.map((each) => each.parts[part]))),
  ]),
);
