import {
  deleteTask,
  deleteWatchedEnvironment,
  findTaskFacts,
  listTaskFacts,
  listWatchedEnvironments,
  type TaskFacts,
  type WatchedEnvironment,
} from '#server/cloud/index.ts';
import { ReeveError } from '#server/fail.ts';
import { keyOf, type WireCall } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import type { CallFacts } from './record-call.ts';
import { parseQuery } from './render-error.ts';
import {
  CloudQuery,
  type CodexEnvironment,
  type CodexTask,
  type Deleted,
  type EnvironmentList,
  type TaskList,
} from './wire.ts';

type CloudServices = Pick<Services, 'db' | 'secrets' | 'blobs' | 'clock'>;

interface Call {
  workspaceId: string;
  call: WireCall;
  facts: CallFacts;
}
type Answer = (call: Call) => Promise<Response>;

const param = ({ c }: WireCall, name: string): string => (c.req.param(name) ?? '').slice(0, 200);
const queryOf = ({ c }: WireCall) => parseQuery(CloudQuery, Object.fromEntries(new URL(c.req.url).searchParams));
const noSuch = (what: 'task' | 'environment') =>
  new ReeveError('not-found', {}, { message: `There is no such ${what}.` });

const seconds = (at: Date): number => at.getTime() / 1000;

const taskOf = (task: TaskFacts): CodexTask => ({
  object: 'compliance.workspace.codex_task',
  id: task.id,
  created_at: seconds(task.createdAt),
  updated_at: seconds(task.updatedAt),
  created_by_id: task.memberId ?? '',
  denormalized_metadata: {
    title: task.title,
    environment_id: task.environmentId,
    environment_label: task.environmentLabel,
    repository: task.repository,
    branch: task.branch,
    mode: task.mode,
    source: task.source,
    archived: task.isArchived,
  },
});

/** Which image and size stands behind it. Secrets are never said. */
const environmentOf = (row: WatchedEnvironment): CodexEnvironment => ({
  object: 'compliance.workspace.codex_environment',
  id: row.id,
  created_at: seconds(row.createdAt),
  label: row.label,
  machine_id: `${row.settings.image.kind}-${row.settings.machineSize}`,
  workspace_dir: '/workspace',
  is_pinned: row.isPinned,
  task_count: row.taskCount,
  creator_id: row.creatorId ?? '',
  share_settings: row.sharing,
  repos: row.repositories.map(({ name }) => `github:${name}`),
  repo_map: Object.fromEntries(
    row.repositories.map(({ name, url, defaultBranch }) => [name, { url, branch: defaultBranch, commit: '' }]),
  ),
  setup: row.settings.setupScript,
  env_vars: Object.fromEntries(row.settings.variables.map(({ name, value }) => [name, value])),
  secrets: {},
});

const deleted = (id: string, object: Deleted['object']): Response =>
  Response.json({ deleted: true, object, id } satisfies Deleted);

/** The vendor's stateful endpoints about Codex tasks. */
export const taskAnswers = (services: CloudServices): Record<'list' | 'get' | 'remove', Answer> => ({
  async list({ workspaceId, call, facts }) {
    const { cursor, limit } = queryOf(call);
    facts.data = { limit, cursor: cursor ?? null };
    const { items, nextCursor } = await listTaskFacts(services, workspaceId, { cursor, limit });
    const has_more = nextCursor !== null;
    return Response.json({ object: 'list', cursor: nextCursor, has_more, data: items.map(taskOf) } satisfies TaskList);
  },
  async get({ workspaceId, call, facts }) {
    const id = param(call, 'task_id');
    facts.data = { task_id: id };
    const task = await findTaskFacts(services, workspaceId, id);
    if (!task) throw noSuch('task');
    return Response.json(taskOf(task));
  },
  async remove({ workspaceId, call, facts }) {
    const id = param(call, 'task_id');
    facts.data = { task_id: id };
    if (!(await findTaskFacts(services, workspaceId, id))) throw noSuch('task');
    await deleteTask(services, keyOf(call).actor, { workspaceId, taskId: id });
    return deleted(id, 'compliance.workspace.codex_task');
  },
});

/** The same about environments. A page begins behind the id of the last one before. */
export const environmentAnswers = (services: CloudServices): Record<'list' | 'get' | 'remove', Answer> => ({
  async list({ workspaceId, call, facts }) {
    const { after, limit } = queryOf(call);
    facts.data = { limit, after: after ?? null };
    const all = await listWatchedEnvironments(services.db, workspaceId);
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    if (after !== undefined && from === 0) throw noSuch('environment');
    const data = all.slice(from, from + limit).map(environmentOf);
    return Response.json({ object: 'list', has_more: all.length > from + limit, data } satisfies EnvironmentList);
  },
  async get({ workspaceId, call, facts }) {
    const id = param(call, 'environment_id');
    facts.data = { codex_environment_id: id };
    const found = (await listWatchedEnvironments(services.db, workspaceId)).find((row) => row.id === id);
    if (!found) throw noSuch('environment');
    return Response.json(environmentOf(found));
  },
  async remove({ workspaceId, call, facts }) {
    const id = param(call, 'environment_id');
    facts.data = { environment_id: id };
    if (!(await listWatchedEnvironments(services.db, workspaceId)).some((row) => row.id === id))
      throw noSuch('environment');
    await deleteWatchedEnvironment(services, keyOf(call).actor, { workspaceId, id });
    return deleted(id, 'compliance.workspace.codex_environment');
  },
});
