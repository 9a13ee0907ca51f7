import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** @throws AttemptEnded agent-failed, a limit */
function requireGoodEnd({ exitCode, signal }: ContainerEnd, reader: CodexReader, said: string): void {
  if (exitCode === 0 && !reader.hasFailed) return;
  const words = reader.error ?? said.trim().split('\n').slice(-5).join('\n');
  throw new AttemptEnded('agent-failed', words === '' ? `It ended with ${exitCode ?? signal}.` : words.slice(-1500));
}

/**
 * The stock client does the task: with the member's policy, which it fetches itself, and a token that is good for this attempt alone.
 * @throws AttemptEnded
 */
export async function runAgent(
  attempt: Attempt,
  { image, source }: Prepared,
  { touched, watch }: { touched: Touched; watch: AgentWatch },
): Promise<void> {
  const { job, tools, report } = attempt;
  const { agent } = job;
  const [codex, threadId] = await Promise.all([tools.clientFolder(agent.clientVersion), makeCodexHome(attempt)]);
  report.enter('agent', 'working');
  attempt.internet.enter('agent');
  report.add({ kind: 'phase', text: threadId === null ? 'Codex begins.' : 'Codex goes on.' });
  const folder = `${inside.workspace}/${job.repository.folder}`;
  const preview = openPreview(attempt, { image, base: source.commit, touched });
  const onWork = () => job.mode === 'code' && preview.changed();
  const reader = createCodexReader({ add: report.add, onWork, folder });
  watch.begun(reader);
  let said = '';
  const output = gatherLines((text) => report.add({ kind: 'output', text }));
  const end = await runContainer(attempt, {
    phase: 'agent',
    image,
    command: commandOf(attempt, threadId),
    env: {
      CODEX_HOME: codexHome,
      CODEX_ACCESS_TOKEN: agent.token,
      CODEX_AUTHAPI_BASE_URL: agent.authApiUrl,
      ...originatorOf(agent),
    },
    input: job.prompt,
    codex,
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
  requireGoodEnd(end, reader, said);
}
