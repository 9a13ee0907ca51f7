import type { EgressAttempt } from '#contract/internet-access.ts';
import { type DiffStats, type Ending, endings, type LogEntry } from '#contract/task-states.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Tables } from '#server/db/tables.ts';
import type { Services } from '#server/services.ts';

type Part = Pick<Services, 'db' | 'secrets' | 'blobs'>;
type TaskTable = Tables['cloud_tasks'];

export interface SeededAttempt {
  state?: Tables['cloud_attempts']['state'];
  ending?: Ending;
  detail?: string;
  answer?: string;
  diff?: { text: string; stats: DiffStats };
  log?: (Pick<LogEntry, 'kind' | 'text'> & Partial<Pick<LogEntry, 'phase' | 'item' | 'exitCode'>>)[];
  egress?: (Pick<EgressAttempt, 'host' | 'rule'> & Partial<EgressAttempt>)[];
  runnerId?: string | null;
  isFromCache?: boolean;
  tries?: number;
  /** How long it ran, or runs by now; left out while it waits. */
  seconds?: number;
}

export interface SeededTask {
  title: string;
  prompts: string[];
  /** Of each turn; the last ones are of the newest. */
  turns: SeededAttempt[][];
  minutesAgo: number;
  mode?: TaskTable['mode'];
  source?: TaskTable['source'];
  branch?: string;
  isArchived?: boolean;
  isRead?: boolean;
  comments?: { path: string; line: number; text: string; side?: 'old' | 'new'; sentWithTurn?: number }[];
  pullRequest?: { number: number | null; state: 'open' | 'closed' | 'merged'; branch: string };
}

export interface TaskPlace {
  workspaceId: string;
  memberId: string;
  environment: { id: string; label: string };
  repository: { id: string; name: string; url: string };
}

async function seedLog({ db, secrets }: Part, place: TaskPlace, attemptId: string, seeded: SeededAttempt, begun: Date) {
  const entries = seeded.log ?? [];
  const step = ((seeded.seconds ?? 60) * 1000) / Math.max(1, entries.length);
  for (const [index, { kind, text, phase = 'agent', item = null, exitCode = null }] of entries.entries()) {
    const seq = index + 1;
    await db
      .insertInto('cloud_log')
      .values({
        attempt_id: attemptId,
        seq,
        workspace_id: place.workspaceId,
        at: new Date(begun.getTime() + index * step),
        kind,
        phase,
        item,
        exit_code: exitCode,
        sealed_text: await secrets.seal(text, `cloud_log/${attemptId}/${seq}`),
      })
      .execute();
  }
}

async function seedEgress({ db }: Part, place: TaskPlace, attemptId: string, seeded: SeededAttempt, begun: Date) {
  for (const [index, attempt] of (seeded.egress ?? []).entries())
    await db
      .insertInto('cloud_egress')
      .values({
        id: newId('egr'),
        attempt_id: attemptId,
        workspace_id: place.workspaceId,
        environment_id: place.environment.id,
        at: new Date(begun.getTime() + index * 1700),
        phase: attempt.phase ?? 'agent',
        method: attempt.method ?? 'GET',
        host: attempt.host,
        port: attempt.port ?? 443,
        path: attempt.path ?? null,
        is_allowed: attempt.isAllowed ?? false,
        rule: attempt.rule,
        address: attempt.address ?? null,
        status: attempt.status ?? null,
        sent_bytes: attempt.sentBytes ?? 0,
        received_bytes: attempt.receivedBytes ?? 0,
      })
      .execute();
}

async function keepDiff({ db, blobs }: Part, place: TaskPlace, attemptId: string, text: string): Promise<string> {
  const written = await blobs.put(`cloud/${place.workspaceId}/${attemptId}/diff`, [Buffer.from(text)]);
  await db.transaction().execute((tx) => blobs.keep(tx, written, new Date()));
  return written.name;
}

interface AttemptPosition {
  taskId: string;
  turn: number;
  placement: number;
  queuedAt: Date;
}

async function seedAttempt(services: Part, place: TaskPlace, at: AttemptPosition, seeded: SeededAttempt) {
  const { secrets, db } = services;
  const { ending, answer, diff, seconds } = seeded;
  const id = newId('att');
  const state = ending ? endings[ending].state : (seeded.state ?? 'queued');
  const begun = new Date(at.queuedAt.getTime() + 3_000);
  const isOver = ending !== undefined;
  await db
    .insertInto('cloud_attempts')
    .values({
      id,
      task_id: at.taskId,
      workspace_id: place.workspaceId,
      member_id: place.memberId,
      environment_id: place.environment.id,
      turn_number: at.turn,
      placement: at.placement,
      state,
      ending: ending ?? null,
      detail: seeded.detail ?? null,
      sealed_answer: answer === undefined ? null : await secrets.seal(answer, `cloud_attempts/${id}/answer`),
      runner_id: state === 'queued' ? null : (seeded.runnerId ?? null),
      driver: state === 'queued' ? null : 'docker',
      // Nobody plays the runner: for a day it is not missed.
      lease_until: isOver || state === 'queued' ? null : new Date(Date.now() + 86_400_000),
      tries: seeded.tries ?? (state === 'queued' ? 0 : 1),
      cancel_asked_at: null,
      base_commit: state === 'queued' ? null : 'c05fefe4b6d1a90d7f2c9c6a4d1e8b3f5a7d9e01',
      diff_blob: diff ? await keepDiff(services, place, id, diff.text) : null,
      is_diff_final: isOver,
      files_modified: diff?.stats.filesModified ?? null,
      lines_added: diff?.stats.linesAdded ?? null,
      lines_removed: diff?.stats.linesRemoved ?? null,
      session_blob: null,
      is_from_cache: seeded.isFromCache ?? null,
      needs: JSON.stringify({ labels: [], runtime: 'any', cpus: 1 }),
      usage: null,
      queued_at: at.queuedAt,
      claimed_at: state === 'queued' ? null : begun,
      first_model_call_at: null,
      finished_at: isOver ? new Date(begun.getTime() + (seconds ?? 60) * 1000) : null,
    })
    .execute();
  await seedLog(services, place, id, seeded, begun);
  await seedEgress(services, place, id, seeded, begun);
  return id;
}

async function seedTurn(services: Part, place: TaskPlace, taskId: string, seeded: SeededTask, turn: number) {
  const { db, secrets } = services;
  const attempts = seeded.turns[turn - 1] ?? [];
  const running = attempts.find(({ ending, seconds }) => ending === undefined && seconds !== undefined);
  const minutesAgo = seeded.minutesAgo / turn;
  const queuedAt = new Date(Date.now() - (running?.seconds ? (running.seconds + 3) * 1000 : minutesAgo * 60_000));
  await db
    .insertInto('cloud_turns')
    .values({
      task_id: taskId,
      number: turn,
      workspace_id: place.workspaceId,
      sealed_prompt: await secrets.seal(seeded.prompts[turn - 1] ?? '', `cloud_turns/${taskId}/${turn}/prompt`),
      mode: seeded.mode ?? 'code',
      follows_attempt_id: null,
      starting_diff_blob: null,
      comments: seeded.comments?.filter(({ sentWithTurn }) => sentWithTurn === turn).length ?? 0,
      created_at: queuedAt,
    })
    .execute();
  const ids: string[] = [];
  for (const [placement, attempt] of attempts.entries())
    ids.push(await seedAttempt(services, place, { taskId, turn, placement, queuedAt }, attempt));
  return ids;
}

async function seedComments(
  { db, secrets }: Part,
  place: TaskPlace,
  taskId: string,
  attempts: string[][],
  seeded: SeededTask,
) {
  for (const { path, line, text, side = 'new', sentWithTurn } of seeded.comments ?? []) {
    const id = newId('com');
    await db
      .insertInto('cloud_comments')
      .values({
        id,
        task_id: taskId,
        attempt_id: (sentWithTurn ? attempts[sentWithTurn - 2] : attempts.at(-1))?.[0] ?? '',
        workspace_id: place.workspaceId,
        path,
        side,
        line,
        sealed_text: await secrets.seal(text, `cloud_comments/${id}/text`),
        sent_with_turn: sentWithTurn ?? null,
        created_at: new Date(),
      })
      .execute();
  }
}

async function seedPullRequest({ db }: Part, place: TaskPlace, taskId: string, attemptId: string, seeded: SeededTask) {
  if (!seeded.pullRequest) return;
  const { number, state, branch } = seeded.pullRequest;
  const { repository, workspaceId } = place;
  const page = repository.url.replace(/\.git$/, '');
  const now = new Date();
  await db
    .insertInto('cloud_pull_requests')
    .values({
      id: newId('pr'),
      task_id: taskId,
      attempt_id: attemptId,
      workspace_id: workspaceId,
      repository_id: repository.id,
      number,
      url: number === null ? `${page}/tree/${branch}` : `${page}/pull/${number}`,
      branch,
      base: seeded.branch ?? 'main',
      state,
      head_sha: '9f2c1d3b5a7e4f608192a3b4c5d6e7f801234567',
      created_at: now,
      updated_at: now,
      checked_at: now,
    })
    .execute();
}

/** A task with all that belongs to it, straight into the tables: states that a real one is seldom in. */
export async function seedTask(
  services: Part,
  place: TaskPlace,
  seeded: SeededTask,
): Promise<{ id: string; attempts: string[][] }> {
  const { db, secrets } = services;
  const id = newId('task');
  const createdAt = new Date(Date.now() - seeded.minutesAgo * 60_000);
  await db
    .insertInto('cloud_tasks')
    .values({
      id,
      workspace_id: place.workspaceId,
      member_id: place.memberId,
      environment_id: place.environment.id,
      environment_label: place.environment.label,
      repository_id: place.repository.id,
      repository: place.repository.name,
      branch: seeded.branch ?? 'main',
      mode: seeded.mode ?? 'code',
      source: seeded.source ?? 'console',
      sealed_title: await secrets.seal(seeded.title, `cloud_tasks/${id}/title`),
      last_turn: seeded.turns.length,
      archived_at: seeded.isArchived ? new Date() : null,
      read_at: seeded.isRead === false ? null : new Date(),
      created_at: createdAt,
      updated_at: createdAt,
      deleted_at: null,
    })
    .execute();
  const attempts: string[][] = [];
  for (const index of seeded.turns.keys()) attempts.push(await seedTurn(services, place, id, seeded, index + 1));
  await seedComments(services, place, id, attempts, seeded);
  await seedPullRequest(services, place, id, attempts.at(-1)?.[0] ?? '', seeded);
  return { id, attempts };
}
