import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Job } from '#contract/runner-protocol.ts';
import type { ContainerEnd } from '../drivers/driver.ts';
import { inside } from '../drivers/inside.ts';
import type { Touched } from '../git/take-diff.ts';
import { untilAnswered } from '../reeve/call-reeve.ts';
import { AttemptEnded } from './attempt-ended.ts';
import { giveTo, removeFolder } from './attempt-folders.ts';
import type { Attempt } from './attempt-tools.ts';
import { type CodexReader, createCodexReader } from './codex-events.ts';
import { gatherLines } from './lines.ts';
import type { Prepared } from './prepare.ts';
import { openPreview } from './preview-diff.ts';
import { ownHosts, runContainer } from './run-container.ts';
import { mostSessionBytes, unpackSession } from './session-tar.ts';

/** What is known of the agent's work, also where it does not end well. */
export interface AgentWatch {
  begun(reader: CodexReader): void;
  ended(end: ContainerEnd): void;
}

const codexHome = `${inside.home}/.codex`;
// The package's own launcher does the same; it needs Node, which a container may not have.
const launch = `PATH="${inside.codex}/codex-path:$PATH" exec ${inside.codex}/bin/codex "$@"`;
const onlyAnswer = 'Answer only. Look at whatever you need, but do not change, add or delete files.';

/** A CODEX_HOME that no earlier container had a hand in, with the thread of the turn before. @returns that thread */
async function makeCodexHome({ job, tools, lease, folders, driver, report, signal }: Attempt): Promise<string | null> {
  const home = join(folders.home, '.codex');
  await removeFolder(home);
  await mkdir(home, { mode: 0o700 });
  await writeFile(join(home, 'config.toml'), job.agent.configToml, { mode: 0o600 });
  let threadId: string | null = null;
  if (job.before.hasSession) {
    const path = `/runner/v1/attempts/${job.attemptId}/session?epoch=${job.epoch}`;
    // The archive's own heads come on top of the files.
    const mostBytes = 2 * mostSessionBytes;
    const archive = await untilAnswered(lease.lost, () =>
      tools.calls.send({ method: 'GET', path, mostBytes, timeoutMs: 300_000, signal }),
    );
    threadId = await unpackSession(archive, home).catch(() => null);
    if (threadId === null)
      report.add({ kind: 'notice', text: 'The thread of the turn before cannot be read: this is a new one.' });
  }
  await giveTo(driver.owner, [home]);
  return threadId;
}

/** Commands of the agent reach what they start themselves, also where Reeve is called localhost; the token is not for them. */
const forCommands = [
  ...['-c', `shell_environment_policy.set={NO_PROXY="${ownHosts.join(',')}",no_proxy="${ownHosts.join(',')}"}`],
  ...['-c', 'shell_environment_policy.exclude=["CODEX_ACCESS_TOKEN"]'],
];

/** What tells the client's own reports from those of local work. */
const originatorOf = ({ originator }: Job['agent']): Record<string, string> =>
  originator === undefined ? {} : { CODEX_INTERNAL_ORIGINATOR_OVERRIDE: originator };

function commandOf({ job }: Attempt, threadId: string | null): string[] {
  const ask = job.mode === 'ask' ? ['-c', `developer_instructions=${JSON.stringify(onlyAnswer)}`] : [];
  const exec = ['exec', '--json', '--skip-git-repo-check', ...forCommands, ...ask];
  return ['/bin/sh', '-c', launch, 'codex', ...exec, ...(threadId === null ? [] : ['resume', threadId]), '-'];
}

/** @returns its own words; null where it ended well */
function whyFailed({ exitCode, signal }: ContainerEnd, reader: CodexReader, said: string): string | null {
  if (exitCode === 0 && !reader.hasFailed) return null;
  const words = reader.error ?? said.trim().split('\n').slice(-5).join('\n');
  return words === '' ? `It ended with ${exitCode ?? signal}.` : words.slice(-1500);
}

interface Work {
  touched: Touched;
  watch: AgentWatch;
}

/** One start of the client, to its end. @returns why it failed; null where it did not @throws AttemptEnded a limit */
async function runOnce(
  attempt: Attempt,
  { image, source }: Prepared,
  { touched, watch, codex, number }: Work & { codex: string; number: number },
): Promise<string | null> {
  const { job, report } = attempt;
  const { agent } = job;
  const threadId = await makeCodexHome(attempt);
  report.add({ kind: 'phase', text: threadId === null ? 'Codex begins.' : 'Codex goes on.' });
  const folder = `${inside.workspace}/${job.repository.folder}`;
  const preview = openPreview(attempt, { image, base: source.commit, touched });
  const onWork = () => job.mode === 'code' && preview.changed();
  const reader = createCodexReader({ add: report.add, onWork, folder });
  watch.begun(reader);
  let said = '';
  const output = gatherLines((text) => report.add({ kind: 'output', text }));
  const end = await runContainer(attempt, {
    ...{ phase: 'agent', number, image, codex },
    command: commandOf(attempt, threadId),
    env: {
      CODEX_HOME: codexHome,
      CODEX_ACCESS_TOKEN: agent.token,
      CODEX_AUTHAPI_BASE_URL: agent.authApiUrl,
      ...originatorOf(agent),
    },
    input: job.prompt,
    onLine: (line, stream) => {
      if (stream === 'stdout') return reader.read(line);
      said = `${said}${line}\n`.slice(-4000);
      output.take(line);
    },
    onEnd: watch.ended,
  }).finally(async () => {
    output.flush();
    await preview.close();
  });
  return whyFailed(end, reader, said);
}

/** A client that asked no model has done nothing yet. Its start needs Reeve several times, which may be away for a moment. */
const pausesMs = [1_000, 5_000];

/**
 * The stock client does the task: with the member's policy, which it fetches itself, and a token that is good for this attempt alone.
 * @throws AttemptEnded agent-failed, a limit
 */
export async function runAgent(attempt: Attempt, prepared: Prepared, work: Work): Promise<void> {
  const { job, tools, report, signal } = attempt;
  const codex = await tools.clientFolder(job.agent.clientVersion);
  report.enter('agent', 'working');
  attempt.internet.enter('agent');
  for (let number = 1; ; number += 1) {
    const why = await runOnce(attempt, prepared, { ...work, codex, number });
    if (why === null) return;
    const pauseMs = attempt.hasCalledModel() ? undefined : pausesMs[number - 1];
    if (pauseMs === undefined) throw new AttemptEnded('agent-failed', why);
    report.add({ kind: 'notice', text: `It ended before it asked a model, and is started again: ${why}` });
    await setTimeout(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
