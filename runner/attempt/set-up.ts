import { SecretsAnswer } from '#contract/runner-protocol.ts';
import { untilAnswered } from '../reeve/call-reeve.ts';
import { createMask, findSecrets, type Secret, shortestFound } from '../secrets/find-secrets.ts';
import { AttemptEnded } from './attempt-ended.ts';
import type { Attempt } from './attempt-tools.ts';
import { gatherLines } from './lines.ts';
import type { Prepared } from './prepare.ts';
import { runContainer } from './run-container.ts';

/** Ends at the first command that fails and says which it was, whatever the script itself prints. */
const runScript = `set -eE -o pipefail
cat > /tmp/reeve-script.sh
trap 'status=$?; printf "line %s: \\"%s\\" ended with status %s\\n" "$LINENO" "$BASH_COMMAND" "$status" >&2' ERR
. /tmp/reeve-script.sh < /dev/null`;

/**
 * In the moment before the script that may see them. Reeve gives them once: where its answer is lost on the way, the next try is refused
 * and the attempt ends.
 */
async function fetchSecrets({ job, tools, lease, signal }: Attempt): Promise<Secret[]> {
  if (job.secretNames.length === 0) return [];
  const path = `/runner/v1/attempts/${job.attemptId}/secrets?epoch=${job.epoch}`;
  const call = { method: 'GET', path, signal } as const;
  const { secrets } = await untilAnswered(lease.lost, () => tools.calls.ask(SecretsAnswer, call));
  return secrets;
}

function warnOfShort(attempt: Attempt, secrets: readonly Secret[]): void {
  const short = secrets.filter(({ value }) => value.length < shortestFound).map(({ name }) => name);
  if (short.length === 0) return;
  const text = `${short.join(', ')}: shorter than ${shortestFound} characters, so neither hidden in this log nor looked for in files.`;
  attempt.report.add({ kind: 'notice', text });
}

async function requireNoSecrets({ folders, signal }: Attempt, secrets: readonly Secret[]): Promise<void> {
  for (const [place, folder] of [
    ['workspace', folders.workspace],
    ['home', folders.home],
  ] as const) {
    const found = await findSecrets(folder, secrets, signal);
    if (found.length === 0) continue;
    const shown = found
      .slice(0, 5)
      .map(({ name, path }) => `${name} in ${place === 'home' ? '~' : '/workspace'}/${path}`);
    // A file may be called like the value that must not be seen.
    throw new AttemptEnded('secret-left-behind', createMask(secrets)(shown.join(', ')).slice(0, 1500));
  }
}

/** The script that this attempt runs, if any. */
function scriptOf({ job }: Attempt, { cache }: Prepared): { phase: 'setup' | 'maintenance'; script: string } | null {
  const phase = cache ? 'maintenance' : 'setup';
  const script = cache ? job.maintenanceScript : job.setupScript;
  return script.trim() === '' ? null : { phase, script };
}

/**
 * Set-up, or maintenance where a set-up is used again, in a container of its own: the only one that gets the secrets. Afterwards nothing
 * that the agent will see may hold one.
 * @throws AttemptEnded setup-failed, secret-left-behind, a limit
 */
export async function setUp(attempt: Attempt, prepared: Prepared): Promise<void> {
  const { report, internet } = attempt;
  const run = scriptOf(attempt, prepared);
  report.tell({ isFromCache: prepared.cache !== null });
  if (run === null) return;
  report.enter('setup', 'setting-up');
  internet.enter('setup');
  report.add({ kind: 'phase', text: run.phase === 'setup' ? 'Set-up begins.' : 'Maintenance begins.' });
  const secrets = await fetchSecrets(attempt);
  report.hide(createMask(secrets));
  warnOfShort(attempt, secrets);
  const output = gatherLines((text) => report.add({ kind: 'output', text }));
  const { exitCode } = await runContainer(attempt, {
    phase: run.phase,
    image: prepared.image,
    command: ['/bin/bash', '-c', runScript],
    env: Object.fromEntries(secrets.map(({ name, value }) => [name, value])),
    input: run.script,
    codex: null,
    onLine: output.take,
  }).finally(output.flush);
  if (exitCode !== 0) throw new AttemptEnded('setup-failed', `It ended with status ${exitCode}.`);
  await requireNoSecrets(attempt, secrets);
  report.add({ kind: 'phase', text: `${run.phase === 'setup' ? 'Set-up' : 'Maintenance'} is done.` });
}

/**
 * Keeps what set-up made. Not where the task began with changes or on a branch of somebody's: others would get what these made of it.
 */
export async function keepSetup(attempt: Attempt, { source, cache }: Prepared): Promise<void> {
  const { job, tools, folders, signal } = attempt;
  if (job.cache === null || cache !== null || job.setupScript.trim() === '') return;
  if (!job.repository.isDefaultBranch || job.before.hasDiff) return;
  const { fingerprint, environmentId, hours } = job.cache;
  await tools.caches
    .keep({ fingerprint, environmentId, hours, commit: source.commit }, folders, signal)
    .catch((error: Error) => {
      signal.throwIfAborted();
      tools.log(`cache: ${error.message}`);
    });
}
