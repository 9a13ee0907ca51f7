/**
 * 50 hosted tasks wait when a runner comes: how long until all are done, what each costs beside the same client in `docker run`, as many at
 * once and with the same model, and who waited. One member gave 14 of them before anybody else gave any, nine others four each. `reeve
 * serve` and `reeve run` are processes of their own. Arguments: how many the others give each, and how many run at once.
 */
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { startContainerEngine } from '#testing/container-engine.ts';
import type { Person } from '#testing/organisation.ts';
import { loadNow, ms, printTable, quantile, times } from './measure.ts';
import { runClient } from './peers/docker-run.ts';
import { peakMegabytes, processorMs, startHostedReeve } from './peers/hosted-reeve.ts';
import { startScriptedModel } from './peers/scripted-model.ts';

const [ofOthers = 4, atOnce = 4] = process.argv.slice(2).map(Number);
const others = 9;
const ofFirst = 3 * ofOthers + 2;
const count = ofFirst + others * ofOthers;

const engine = await startContainerEngine();
if (!engine) process.exit(1);
const model = await startScriptedModel();
const reeve = await startHostedReeve(engine, { members: 1 + others, model });
process.stdout.write(`\n${count} tasks, ${atOnce} at once; ${loadNow()}\n`);

interface Given {
  person: Person;
  id: string;
  prompt: string;
}
async function give(person: Person, prompt: string): Promise<Given> {
  const { environmentId } = reeve;
  const { id } = await person.api.tasks.create({ environmentId, mode: 'code', prompt });
  return { person, id, prompt };
}
async function attemptOf({ person, id }: Given) {
  const attempt = (await person.api.tasks.get({ id })).turns[0]?.attempts[0];
  if (!attempt) throw new Error(`task ${id} has no attempt`);
  return attempt;
}

const given: Given[] = [];
const [eager, ...rest] = reeve.people;
if (!eager) throw new Error('there is nobody');
for (let number = 1; number <= ofFirst; number += 1) given.push(await give(eager, `Eager ${number}.`));
for (let number = 1; number <= ofOthers; number += 1)
  for (const [index, person] of rest.entries()) given.push(await give(person, `Member ${index} ${number}.`));

const runner = await reeve.startRunner(atOnce);
interface Done {
  memberId: string;
  startedAt: number;
  finishedAt: number;
  tries: number;
}
const done: Done[] = [];
const [serverBefore, runnerBefore, hereBefore] = [reeve.server.pid, runner.pid, process.pid].map(processorMs);
for (const task of given) {
  let attempt = await attemptOf(task);
  for (; attempt.ending === null; attempt = await attemptOf(task)) await wait(2000);
  if (attempt.ending !== 'changed')
    throw new Error(`${task.prompt} ${attempt.ending}, ${attempt.sentence}\n${runner.stderr}\n${reeve.server.stderr}`);
  const [startedAt, finishedAt] = [Date.parse(attempt.startedAt ?? ''), Date.parse(attempt.finishedAt ?? '')];
  done.push({ memberId: task.person.memberId, startedAt, finishedAt, tries: attempt.tries });
}
const used = [
  ['server, with the embedded database', reeve.server.pid, serverBefore],
  ['runner', runner.pid, runnerBefore],
  ['this process: GitHub and the model', process.pid, hereBefore],
] as const;
const processorRows = used.map(([name, pid, before]) => {
  const after = processorMs(pid);
  const each = (part: 'own' | 'programs') => ms((after[part] - (before?.[part] ?? 0)) / count);
  return [name, each('own'), each('programs')];
});
const serverPeak = peakMegabytes(reeve.server);
const runnerPeak = peakMegabytes(runner);
await reeve.close();

const beganAt = Math.min(...done.map(({ startedAt }) => startedAt));
const drainedMs = Math.max(...done.map(({ finishedAt }) => finishedAt)) - beganAt;

let next = 0;
const alone: number[] = [];
const aloneAt = Date.now();
const worker = async () => {
  for (let number = next++; number < count; number = next++) {
    const { startedAt, endedAt } = await runClient(engine, model, `Alone ${number}.`);
    alone.push(endedAt - startedAt);
  }
};
await Promise.all(Array.from({ length: atOnce }, worker));
const aloneMs = Date.now() - aloneAt;
await model.close();
await engine.stop();

const seconds = (value: number) => `${(value / 1000).toFixed(1)} s`;
const median = (values: readonly number[]) => quantile(values, 0.5);
const lengths = done.map(({ startedAt, finishedAt }) => finishedAt - startedAt);
const row = (name: string, wholeMs: number, each: readonly number[]) => [
  name,
  seconds(wholeMs),
  times(wholeMs / aloneMs),
  seconds(wholeMs / count),
  seconds((wholeMs - aloneMs) / count),
  seconds(median(each)),
  seconds(quantile(each, 1)),
];
printTable(
  `${count} tasks, ${atOnce} at once`,
  ['what', 'all done in', 'of `docker run`', 'for each', 'more for each', 'one, median', 'one, longest'],
  [row('the client in `docker run`', aloneMs, alone), row('Reeve', drainedMs, lengths)],
);

printTable('Processor time for each task', ['of', 'itself', 'programs that it started (git, copies)'], processorRows);

/** Of the tasks begun until then, how they are spread over the members: 1 is evenly, 1/10 all of one. */
function evenness(begun: readonly { memberId: string }[]): number {
  const counts = reeve.people.map(({ memberId }) => begun.filter((each) => each.memberId === memberId).length);
  const sum = counts.reduce((one, other) => one + other, 0);
  return sum ** 2 / (counts.length * counts.reduce((squares, each) => squares + each ** 2, 0));
}
const inOrder = done.toSorted((one, other) => one.startedAt - other.startedAt);
const ofEager = (begun: typeof done) => begun.filter(({ memberId }) => memberId === eager.memberId).length;
const firstOf = reeve.people.map(
  ({ memberId }) => (inOrder.find((each) => each.memberId === memberId)?.startedAt ?? Number.NaN) - beganAt,
);
const share = (begun: typeof done) => [
  String(begun.length),
  `${ofEager(begun)}`,
  evenness(begun).toFixed(2),
  String(new Set(begun.map(({ memberId }) => memberId)).size),
];
printTable(
  `Who comes when: one member gave ${ofFirst} first, then ${others} others ${ofOthers} each`,
  ['begun so far', 'of the eager one', 'evenness (Jain)', 'members served'],
  [10, Math.floor(count / 2), count].map((first) => share(inOrder.slice(0, first))),
);
process.stdout.write(
  [
    `\nuntil the first task of a member began: ${seconds(Math.min(...firstOf))} to ${seconds(Math.max(...firstOf))}`,
    `taken more than once: ${done.filter(({ tries }) => tries > 1).length}`,
    `most memory: server with the embedded database ${serverPeak.toFixed(0)} MB, runner ${runnerPeak.toFixed(0)} MB (without containers and git)`,
    '',
  ].join('\n'),
);
