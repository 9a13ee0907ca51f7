import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type InternetAccess, noInternet } from '#contract/internet-access.ts';
import { runnerProgram } from '#server/commands/runner-program.ts';
import { clientPins } from '#server/stock-client/install-client.ts';
import { createGate } from '#testing/gate.ts';
import {
  type JobParts,
  logOf,
  makeJob,
  RunnerStandIn,
  standInLeaseSeconds,
  type Told,
} from '#testing/runner-stand-in.ts';
import { makeRepository } from '#testing/servers/git-http.ts';
import { eachTurn, prompts, type Script } from '#testing/servers/model-script.ts';
import { httpError, message, shellCommand } from '#testing/servers/model-steps.ts';
import { type ResponsesServer, startResponsesServer } from '#testing/servers/responses.ts';
import { readRunnerConfig } from './config.ts';
import { storeOf } from './git/fetch-source.ts';
import { runGit } from './git/run-git.ts';
import { type Runner, startRunner } from './start-runner.ts';

let folder: string;
let reeve: RunnerStandIn;
let origin: string;
let model: ResponsesServer;
let runner: Runner;
let commits: string[];
const scripts = new Map<string, Script>();
const lines: string[] = [];

const start = (name = 'runner') =>
  startRunner({
    config: readRunnerConfig(
      { server: origin, name, data: join(folder, name), driver: ['process'], capacity: 2 },
      { REEVE_CLIENTS_FOLDER: clientPins, REEVE_RUNNER_TOKEN: 'rt-test' },
    ),
    version: 'test',
    clientFolder: (version) => runnerProgram.clientFolder(version, clientPins),
    bubblewraps: () => runnerProgram.bubblewraps(clientPins),
    askToken: () => Promise.reject(new Error('has a token')),
    log: (line) => lines.push(line),
  });

beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/reeve-runner-');
  commits = makeRepository(join(folder, 'served/app.git'), [
    { 'greeting.txt': 'hello\n', 'AGENTS.md': 'Be brief.\n' },
    { 'greeting.txt': 'hello world\n' },
  ]);
  model = await startResponsesServer({
    script: (request, ordinal) =>
      (scripts.get(prompts(request).at(-1) ?? '') ?? (() => message('Done.')))(request, ordinal),
  });
  reeve = new RunnerStandIn(join(folder, 'served'));
  origin = await reeve.listen();
  runner = await start();
}, 180_000);
afterEach(() => {
  reeve.dropCaches = [];
  reeve.secrets.length = 0;
});
afterAll(async () => {
  await runner.stop(0);
  reeve.close();
  await model.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

let count = 0;
const addJob = (prompt: string, more: JobParts = {}): Told => {
  count += 1;
  return reeve.add(makeJob(count, model, { prompt, ...more }));
};

test('a task: the stock client works on the repository, its log and its diff arrive, and nothing stays behind', async () => {
  scripts.set(
    'shout it',
    eachTurn(
      shellCommand(
        'tr a-z A-Z < greeting.txt > loud.txt; rm greeting.txt; echo "$COLOUR $PWD"; git log --oneline | wc -l',
      ),
      message('I shouted.'),
    ),
  );
  const told = addJob('shout it');
  expect(await reeve.ended(told)).toMatchObject({ ending: 'changed', answer: 'I shouted.', detail: null });
  expect(told.states).toEqual(['preparing', 'working', 'finishing']);
  expect(told.facts).toMatchObject({ baseCommit: commits[1], isFromCache: false });
  expect(told.facts.firstModelCallAt).toBeDefined();
  expect(logOf(told)).toMatch(
    /command: .*tr a-z[\s\S]*command-output: green \/workspace\/app\n2 \(0\)\nmessage: I shouted\./,
  );
  expect([...told.entries.keys()]).toEqual([...told.entries.keys()].map((_, at) => at + 1));
  expect(told.diff).toContain('+++ b/loud.txt');
  expect(told.diff).toContain('deleted file mode 100644');
  expect(told.egress.some(({ rule, isAllowed }) => rule === 'gateway' && isAllowed)).toBe(true);
  await expect.poll(() => readdir(join(folder, 'runner/attempts'))).toEqual([]);
  expect((await stat(join(folder, 'runner/runner.json'))).mode & 0o777).toBe(0o600);
});

test('a follow-up goes on with the thread, the changes and the commit of the turn before', async () => {
  scripts.set('write a poem', eachTurn(shellCommand('echo roses > poem.txt'), message('Roses are red.')));
  const first = addJob('write a poem');
  await reeve.ended(first);
  reeve.formerSession = first.session;
  reeve.startingDiff = first.diff ?? '';
  scripts.set('make it longer', eachTurn(shellCommand('cat poem.txt; echo violets >> poem.txt'), message('Longer.')));
  const second = addJob('make it longer', {
    before: { hasSession: true, hasDiff: true },
    repository: { ...first.job.repository, commit: commits[0] ?? '' },
  });
  expect(await reeve.ended(second)).toMatchObject({ ending: 'changed' });
  expect(logOf(second)).toContain('Codex goes on.');
  const asked = model.requests.findLast(({ body }) => prompts(body).at(-1) === 'make it longer');
  expect(prompts(asked?.body ?? { model: '', input: [] })).toEqual(['write a poem', 'make it longer']);
  expect(second.diff).toContain('+roses\n+violets');
  expect(second.facts.baseCommit).toBe(commits[0]);
});

test('whoever only asks gets an answer; the client is told so, and what it changes all the same is not kept', async () => {
  scripts.set('what is it?', eachTurn(shellCommand('echo changed >> greeting.txt'), message('A greeting.')));
  const told = addJob('what is it?', { mode: 'ask' });
  expect(await reeve.ended(told)).toMatchObject({ ending: 'answered', answer: 'A greeting.' });
  expect([told.previews, told.diff]).toEqual([[], null]);
  const asked = model.requests.find(({ body }) => prompts(body).at(-1) === 'what is it?');
  expect(JSON.stringify(asked?.body.input)).toContain('Answer only.');
});

test('what is left out is named up to twenty times, and counted beyond that', async () => {
  const odd = "for at in $(seq 25); do printf x > $(printf 'caf\\351-%s' $at); done; echo kept > kept.txt";
  scripts.set('odd names', eachTurn(shellCommand(odd), message('Done.')));
  const told = addJob('odd names');
  expect(await reeve.ended(told)).toMatchObject({ ending: 'changed' });
  expect(told.diff).toContain('+++ b/kept.txt');
  expect(told.diff).not.toContain('caf');
  expect(logOf(told).match(/is left out: its name is not UTF-8/g)).toHaveLength(21);
  expect(logOf(told)).toContain('5 more of this kind: each is left out');
});

test('set-up alone gets the secrets, its log hides them, and one that it leaves behind ends the task before the agent', async () => {
  reeve.secrets.push({ name: 'NPM_TOKEN', value: 'npm_very-secret' });
  scripts.set(
    'look for it',
    eachTurn(
      shellCommand(
        'env | grep -c NPM_TOKEN; grep -rl "npm_very""-secret" /workspace ~ /tmp; cat /proc/*/environ | grep -c "npm_very""-secret"; cat ~/made',
      ),
      message('Looked.'),
    ),
  );
  const secretNames = ['NPM_TOKEN'];
  const good = addJob('look for it', {
    secretNames,
    setupScript: 'echo "with $NPM_TOKEN"\necho made > ~/made; echo x > untracked\n',
  });
  expect(await reeve.ended(good)).toMatchObject({ ending: 'answered', answer: 'Looked.' });
  expect(logOf(good)).toContain('output: with ***');
  expect(logOf(good)).toMatch(/command-output: 0\n0\nmade \(0\)/);
  expect(logOf(good)).not.toContain('npm_very-secret');
  expect([good.secretsAsked, good.diff]).toEqual([1, '']);
  const bad = addJob('look for it', { secretNames, setupScript: 'echo "$NPM_TOKEN" | base64 > ~/.npmrc' });
  expect(await reeve.ended(bad)).toMatchObject({ ending: 'secret-left-behind', detail: 'NPM_TOKEN in ~/.npmrc' });
  expect(logOf(bad)).not.toContain('Codex begins');
});

test('a claim whose answer is lost is asked for again, and gets what was meant for it', async () => {
  scripts.set('once', eachTurn(message('Here.')));
  reeve.lostAnswers = 2;
  const told = addJob('once');
  expect(await reeve.ended(told)).toMatchObject({ ending: 'answered', answer: 'Here.' });
  expect(told.states.filter((state) => state === 'preparing')).toHaveLength(1);
});

test('internet that is turned off while the agent works is off at once, and never more than it began with', async () => {
  const all: InternetAccess = { isOn: true, preset: 'all', domains: [], methods: 'all' };
  const some: InternetAccess = { ...all, preset: 'none', domains: ['nowhere.invalid'] };
  const begun = { setup: noInternet, agent: some, agentOffBecause: 'internet-off' } as const;
  // Names that are allowed but not there are refused in other words.
  const ask = (host: string) => `curl -s -o /dev/null -D - http://${host}/ | grep -i x-reeve-egress`;
  scripts.set(
    'look outside',
    eachTurn(
      shellCommand(
        `${ask('nowhere.invalid')}; ${ask('other.invalid')}; until ${ask('nowhere.invalid')} | grep workspace-off; do sleep 0.2; done; ${ask('other.invalid')}`,
      ),
      message('Closed.'),
    ),
  );
  const told = addJob('look outside', { internet: begun });
  told.internet = { ...begun, agent: all };
  const isAsked = () => {
    const other = told.egress.findIndex(({ host }) => host === 'other.invalid');
    return (other >= 0 && told.egress.slice(other).some(({ host }) => host === 'nowhere.invalid')) || undefined;
  };
  await reeve.traffic.until(isAsked, { failure: () => logOf(told), timeoutMs: 60_000 });
  told.internet = { ...begun, agent: noInternet, agentOffBecause: 'workspace-off' };
  expect(await reeve.ended(told)).toMatchObject({ ending: 'answered', answer: 'Closed.' });
  const asked = told.egress.filter(({ host }) => host.endsWith('.invalid') || host === '*');
  const rules = asked.map(({ host, rule }) => `${host} ${rule}`).filter((each, at, all) => each !== all[at - 1]);
  expect(rules).toEqual([
    'nowhere.invalid name-unknown',
    'other.invalid domain-not-listed',
    'nowhere.invalid name-unknown',
    '* made-stricter',
    'nowhere.invalid workspace-off',
    'other.invalid workspace-off',
  ]);
  expect(logOf(told)).toContain('notice: The internet access was turned off while this ran.');
});

test('a failed set-up says where', async () => {
  const told = addJob('never', { setupScript: 'echo one\nls /nothing-here\necho two\n', kind: 'try' });
  expect(await reeve.ended(told)).toMatchObject({ ending: 'setup-failed' });
  expect(logOf(told)).toMatch(/output: one[\s\S]*line 2: "ls \/nothing-here" ended with status 2/);
  const passed = addJob('never', { setupScript: 'exit 0', kind: 'try' });
  expect(await reeve.ended(passed)).toMatchObject({ ending: 'set-up', answer: null });
});

test('set-up is kept for the next task, with its own branch, until Reeve says to drop it', async () => {
  const cache = { environmentId: 'env_1', fingerprint: 'fp-1', hours: 12 };
  const scripted = {
    setupScript: 'echo built > built.txt; date +%s%N > ~/when',
    maintenanceScript: 'echo again >> ~/log',
    cache,
  };
  scripts.set(
    'show',
    eachTurn(
      shellCommand('cat built.txt greeting.txt ~/when ~/log 2>/dev/null; git status --short'),
      message('Shown.'),
    ),
  );
  const theirs = addJob('show', { ...scripted, repository: { ...addJobRepository(), isDefaultBranch: false } });
  await reeve.ended(theirs);
  expect(await readdir(join(folder, 'runner/caches'))).toEqual([]);
  const first = addJob('show', scripted);
  await reeve.ended(first);
  const older = { ...first.job.repository, commit: commits[0] ?? '' };
  const second = addJob('show', { ...scripted, repository: older });
  await reeve.ended(second);
  expect([first.facts.isFromCache, second.facts.isFromCache]).toEqual([false, true]);
  const outputOf = (told: Told) => /command-output: ([\s\S]*?) \(\d+\)/.exec(logOf(told))?.[1]?.split('\n') ?? [];
  expect(outputOf(second).slice(0, 2)).toEqual(['built', 'hello']);
  expect(outputOf(second)[2]).toBe(outputOf(first)[2]);
  expect(outputOf(second).slice(3)).toEqual(['again', '?? built.txt']);
  expect(second.diff).toBe('');
  reeve.dropCaches = ['fp-1'];
  await expect.poll(() => readdir(join(folder, 'runner/caches'))).toEqual([]);
});

test('the diff is shown while the agent works, without what set-up added', async () => {
  const gate = createGate();
  scripts.set('early', eachTurn(shellCommand('echo early > early.txt'), message('Done.', { before: gate })));
  const told = addJob('early', { setupScript: 'echo x > untracked' });
  await reeve.traffic.until(() => told.previews.length > 0 || told.finish !== null, { failure: () => logOf(told) });
  expect(told.previews[0]).toMatch(/^diff --git a\/early.txt b\/early.txt\nnew file mode 100644\n/);
  expect(told.previews[0]).not.toContain('untracked');
  expect(told.finish).toBeNull();
  gate.release();
  expect(await reeve.ended(told)).toMatchObject({ ending: 'changed' });
});

test('cancelling and limits end the client at once, and what it did so far is kept', async () => {
  const slow = eachTurn(shellCommand('echo half > half.txt'), shellCommand('sleep 300'), message('never'));
  scripts.set('slow', slow);
  scripts.set('half', eachTurn(shellCommand('echo half > half.txt'), message('Done.')));
  scripts.set('hungry', eachTurn(shellCommand(`perl -e '$x = "x" x 400_000_000; sleep 60'`), message('never')));
  scripts.set(
    'loud',
    eachTurn(
      shellCommand('yes | head -c 30000; sleep 1; yes | head -c 60000'),
      message('x'.repeat(40_000)),
      message(''),
    ),
  );
  const cancelled = addJob('slow');
  const timed = addJob('slow', { limits: { seconds: 4 } });
  await reeve.traffic.until(() => logOf(cancelled).includes('sleep 300'), { failure: () => logOf(cancelled) });
  cancelled.order = 'cancel';
  expect(await reeve.ended(cancelled)).toMatchObject({ ending: 'cancelled' });
  expect(cancelled.diff).toContain('half.txt');
  expect(await reeve.ended(timed)).toMatchObject({ ending: 'time-limit' });
  const hungry = addJob('hungry', { limits: { memoryMb: 300 } });
  const loud = addJob('loud', { limits: { outputBytes: 20_000 } });
  const large = addJob('half', { limits: { diffBytes: 2 } });
  expect(await reeve.ended(hungry)).toMatchObject({ ending: 'memory-limit' });
  expect(await reeve.ended(loud)).toMatchObject({ ending: 'output-limit' });
  expect(await reeve.ended(large)).toMatchObject({ ending: 'output-limit' });
  expect(large.diff).toBeNull();
});

test('a task that fills the disk or starts processes without end ends with that word', async () => {
  const fill = 'for at in $(seq 20); do head -c 20M /dev/zero > "fill-$at"; done; sleep 100';
  scripts.set('fill', eachTurn(shellCommand(fill), message('never')));
  scripts.set('bomb', eachTurn(shellCommand("perl -e 'fork while 1'"), message('never')));
  const full = addJob('fill', { limits: { diskMb: 64 } });
  const many = addJob('bomb', { limits: { processes: 96 } });
  expect(await reeve.ended(full)).toMatchObject({ ending: 'disk-limit' });
  expect(await reeve.ended(many)).toMatchObject({ ending: 'process-limit' });
});

test('what cannot be had has its own ending', async () => {
  const branch = addJob('x', { repository: { ...addJobRepository(), branch: 'nowhere' } });
  reeve.startingDiff = 'diff --git a/none b/none\n--- a/none\n+++ b/none\n@@ -1 +1 @@\n-a\n+b\n';
  const patch = addJob('x', { before: { hasSession: false, hasDiff: true } });
  scripts.set('refused', () => httpError(400, 'Your administrator said no.'));
  const refused = addJob('refused');
  expect(await reeve.ended(branch)).toMatchObject({ ending: 'repository-unavailable' });
  expect(await reeve.ended(patch)).toMatchObject({ ending: 'patch-refused' });
  expect(await reeve.ended(refused)).toMatchObject({ ending: 'agent-failed', detail: 'Your administrator said no.' });
});

test('a client that ends before it asks a model is started again, twice at most, and its words are the ending', async () => {
  const { agent } = addJob('unused').job;
  const told = addJob('never asked', { agent: { ...agent, configToml: 'model_provider = "nowhere"\n' } });
  expect(await reeve.ended(told)).toMatchObject({ ending: 'agent-failed', detail: expect.stringContaining('nowhere') });
  expect(logOf(told).match(/It ended before it asked a model, and is started again: .*nowhere/g)).toHaveLength(2);
  expect(model.requests.filter(({ body }) => prompts(body).at(-1) === 'never asked')).toEqual([]);
});

test('a client that was not signed in when it asked a model is started again, too', async () => {
  const [refused, work] = [
    httpError(401, 'Who are you?'),
    eachTurn(shellCommand('echo done > done.txt'), message('Done.')),
  ];
  const ownTries = 6;
  let calls = 0;
  scripts.set('signed out', (request, ordinal) => {
    calls += 1;
    return calls <= ownTries ? refused : work(request, ordinal);
  });
  const told = addJob('signed out');
  expect(await reeve.ended(told)).toMatchObject({ ending: 'changed', answer: 'Done.' });
  expect(logOf(told)).toMatch(/It ended before it asked a model, and is started again: .*Who are you\?/);
  const { status } = told.egress.find(({ path }) => path?.endsWith('/responses')) ?? {};
  expect(status).toBe(401);
});

const addJobRepository = () => ({
  ...{ name: 'corp/app', folder: 'app', branch: 'main', commit: null },
  remoteUrl: 'https://git.corp.test/corp/app.git',
  isDefaultBranch: true,
});

test('when heartbeats are not answered, everything of it is killed before the lease ends, and nothing more is said', async () => {
  const command = 'while :; do date +%s%3N >> /workspace/app/alive; sleep 0.05; done';
  scripts.set('beat', eachTurn(shellCommand(command), message('never')));
  const told = addJob('beat');
  const attempt = join(folder, 'runner/attempts', `${told.job.attemptId}-1`);
  const opened = () => open(join(attempt, 'workspace/app/alive')).catch(() => null);
  await expect.poll(async () => (await opened())?.close().then(() => 'there')).toBe('there');
  // It can be read when its folder is gone.
  const alive = await open(join(attempt, 'workspace/app/alive'));
  onTestFinished(() => alive.close());
  reeve.isDeaf = true;
  const deafAt = Date.now();
  await expect.poll(() => readdir(join(folder, 'runner/attempts'))).toEqual([]);
  // The lease is eight seconds from the last heartbeat that was answered, which was sent before this moment.
  const last = Number((await alive.readFile('utf8')).trim().split('\n').at(-1));
  expect(last).toBeGreaterThan(0);
  expect(last - deafAt).toBeLessThan(standInLeaseSeconds * 1000);
  expect(told.finish).toBeNull();
  const store = storeOf(join(folder, 'runner/repositories'), told.job.repository.name);
  const fetched = async () => (await runGit(['for-each-ref', 'refs/reeve'], { gitDir: store })).toString();
  await expect.poll(fetched).toBe('');
  reeve.isDeaf = false;
  told.job.epoch = 2;
  scripts.set('beat', () => message('Second try.'));
  reeve.queue.push(told.job.attemptId);
  reeve.traffic.changed();
  expect(await reeve.ended(told)).toMatchObject({ ending: 'answered', answer: 'Second try.' });
});
