import { createHash } from 'node:crypto';
import type { ProofAttempt, ProofCell, ProofCounts, ProofRun, ProofVerdict } from '#contract/proofs.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { readProvable, sumOfPolicy } from '#server/verify/runs/start-run.ts';

export interface SeededCell {
  policy: { id: string | null; name: string; revision: number };
  clientVersion: string;
  state?: ProofCell['state'];
  /** Verdicts by the name of the attempt, where it did not hold. */
  unlike?: Record<string, ProofVerdict>;
}

interface SeededRun {
  number: number;
  cells: SeededCell[];
  state?: ProofRun['state'];
  trigger?: ProofRun['trigger'];
  startedBy?: string;
  at?: Date;
  error?: string;
  alert?: { kind: 'broken' | 'drift' | 'run-failed'; sentence: string };
}

type Tried = Pick<ProofAttempt, 'attempt' | 'title' | 'constraint' | 'surface' | 'expected' | 'observed'> & {
  evidence: string;
};

const tried: readonly Tried[] = [
  {
    attempt: 'full-access',
    title: 'Starts with `--sandbox danger-full-access`',
    constraint: 'allowed_sandbox_modes',
    surface: 'exec',
    expected: 'The client falls back to `workspace-write`.',
    observed: 'It ran in `workspace-write` and said why.',
    evidence:
      'warning: `sandbox_mode` = "danger-full-access" is not allowed by your organisation\nsandbox: workspace-write\n',
  },
  {
    attempt: 'write-outside',
    title: 'Writes a file outside the folder it works in',
    constraint: 'allowed_sandbox_modes',
    surface: 'exec',
    expected: 'The file is not there afterwards.',
    observed: '`/home/member/outside.txt` was not written.',
    evidence: '/bin/sh: 1: cannot create /home/member/outside.txt: Permission denied\n',
  },
  {
    attempt: 'forbidden-command',
    title: 'Runs `git push --force`',
    constraint: 'rules.prefix_rules',
    surface: 'exec',
    expected: 'The command is refused.',
    observed: 'The client refused it before it started.',
    evidence: 'exec_command failed: rejected by policy: "git push --force"\n'.repeat(30),
  },
  {
    attempt: 'other-mcp-server',
    title: 'Starts an MCP server that is not on the list',
    constraint: 'mcp_servers',
    surface: 'app-server',
    expected: 'The server is disabled.',
    observed: '`mcpServerStatus/list` names it as disabled.',
    evidence: '{"name":"exfiltrate","status":"disabled","reason":"not in requirements.toml"}\n',
  },
  {
    attempt: 'other-model',
    title: 'Asks for a model that is not allowed',
    constraint: 'gateway',
    surface: 'exec',
    expected: 'The gateway refuses it with `model-not-allowed`.',
    observed: 'Refused with `model-not-allowed`.',
    evidence: '{"at":"2026-11-26T10:00:01Z","outcome":"refused","code":"model-not-allowed"}\n',
  },
  {
    attempt: 'other-workspace',
    title: 'Signs in to another workspace',
    constraint: 'sign-in',
    surface: 'login',
    expected: 'The sign-in is refused.',
    observed: 'The client ended with code 1 and named the workspace it must use.',
    evidence: 'Login is restricted to a specific workspace.\n',
  },
];

const countsOf = (verdicts: readonly ProofVerdict[]): ProofCounts => {
  const counts: ProofCounts = { held: 0, broken: 0, 'not-enforced': 0, 'not-tried': 0, inconclusive: 0 };
  for (const verdict of verdicts) counts[verdict] += 1;
  return counts;
};

function verdictOf(counts: ProofCounts): NonNullable<ProofCell['verdict']> {
  if (counts.broken > 0) return 'broken';
  if (counts.inconclusive > 0) return 'inconclusive';
  return counts['not-enforced'] > 0 ? 'partly' : 'held';
}

const observedInstead: Partial<Record<ProofVerdict, string>> = {
  broken: 'It was not stopped: the client did it and said nothing.',
  'not-enforced': 'This version does not know the key, so it keeps nothing of it.',
  'not-tried': 'This machine has no second network to try it with.',
  inconclusive: 'The client ended before it came so far: exit code 137.',
};

function attemptsOf({ unlike = {} }: SeededCell): ProofAttempt[] {
  return tried.map(({ evidence, ...attempt }, position) => {
    const verdict = unlike[attempt.attempt] ?? 'held';
    return {
      ...attempt,
      position,
      verdict,
      observed: observedInstead[verdict] ?? attempt.observed,
      evidence:
        verdict === 'not-tried' ? [] : [{ kind: 'client-output', title: 'What the client wrote', text: evidence }],
      durationMs: 2_300 + position * 400,
    };
  });
}

/** As a real run writes it down, so that the proof counts as one of what is published. */
async function sumOf(db: Database, workspaceId: string, { id, revision }: SeededCell['policy']): Promise<string> {
  const { policy, baseline } = await readProvable(db, workspaceId, { policyId: id, ...(id && { revision }) });
  return sumOfPolicy(policy, baseline);
}

async function seedCell(
  db: Database,
  run: { id: string; workspaceId: string; at: Date },
  position: number,
  cell: SeededCell,
) {
  const { policy, clientVersion, state = 'done' } = cell;
  const attempts = state === 'done' ? attemptsOf(cell) : attemptsOf(cell).slice(0, state === 'waiting' ? 0 : 3);
  const counts = countsOf(attempts.map(({ verdict }) => verdict));
  const id = newId('prc');
  const startedAt = new Date(run.at.getTime() + position * 20_000);
  const isOver = state !== 'waiting' && state !== 'running';
  await db
    .insertInto('proof_cells')
    .values({
      id,
      run_id: run.id,
      workspace_id: run.workspaceId,
      position,
      policy_id: policy.id,
      policy_name: policy.name,
      revision: policy.revision,
      policy_sha256: await sumOf(db, run.workspaceId, policy),
      client_version: clientVersion,
      client_sha256: createHash('sha256').update(clientVersion).digest('hex'),
      state,
      verdict: state === 'done' ? verdictOf(counts) : null,
      counts: JSON.stringify(counts),
      attempts_done: attempts.length,
      attempts_total: tried.length,
      now: state === 'running' ? 'Starts an MCP server that is not on the list' : null,
      started_at: state === 'waiting' ? null : startedAt,
      finished_at: isOver ? new Date(startedAt.getTime() + 19_000) : null,
      error: state === 'failed' ? 'The client could not be started: the disk of this server is full.' : null,
    })
    .execute();
  for (const { constraint, evidence, durationMs, ...attempt } of attempts)
    await db
      .insertInto('proof_attempts')
      .values({
        ...attempt,
        cell_id: id,
        workspace_id: run.workspaceId,
        constraint_path: constraint,
        evidence: JSON.stringify(evidence),
        duration_ms: durationMs,
      })
      .execute();
  return { id, counts };
}

/** A run with its cells and attempts, straight into the tables: states that a real run is seldom in. */
export async function seedProof(db: Database, workspaceId: string, seeded: SeededRun) {
  const { number, cells, state = 'done', trigger = 'person', startedBy = 'Ada Lovelace', error = null, alert } = seeded;
  const at = seeded.at ?? new Date();
  const id = newId('prf');
  const isOver = state !== 'waiting' && state !== 'running';
  await db
    .insertInto('proof_runs')
    .values({
      id,
      workspace_id: workspaceId,
      number,
      trigger,
      started_by: startedBy,
      state,
      verdict: null,
      created_at: at,
      started_at: at,
      alive_at: state === 'running' ? new Date(Date.now() + 3_600_000) : null,
      runner: state === 'running' ? 'another process' : null,
      finished_at: isOver ? new Date(at.getTime() + cells.length * 20_000) : null,
      cancel_asked_at: null,
      error,
    })
    .execute();
  const made = [];
  for (const [position, cell] of cells.entries())
    made.push(await seedCell(db, { id, workspaceId, at }, position, cell));
  const sums = countsOf([]);
  for (const { counts } of made)
    for (const verdict of Object.keys(sums) as ProofVerdict[]) sums[verdict] += counts[verdict];
  if (state === 'done')
    await db
      .updateTable('proof_runs')
      .set({ verdict: verdictOf(sums) })
      .where('id', '=', id)
      .execute();
  const cellIds = made.map((cell) => cell.id);
  if (alert)
    await db
      .insertInto('proof_alerts')
      .values({
        id: newId('pra'),
        workspace_id: workspaceId,
        ...alert,
        run_id: id,
        cell_id: cellIds[0] ?? null,
        raised_at: at,
        acknowledged_at: null,
        acknowledged_by: null,
      })
      .execute();
  return { id, cellIds };
}
