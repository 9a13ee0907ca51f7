import { complianceLogTypes } from '#contract/compliance.ts';
import type { KeyScope } from '#contract/key-scopes.ts';
import { rateLimit } from '#server/db/rate-limit.ts';
import { ReeveError } from '#server/fail.ts';
import { type Dialect, keyOf, type WireCall, type WireRoute } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { findReplacement } from '../erasure/erasure-queries.ts';
import { findLogFile } from '../log-files/log-file-queries.ts';
import { workspaceIdIn } from '../records/record-ids.ts';
import { environmentAnswers, taskAnswers } from './cloud-answers.ts';
import { answerDownload, downloadPath, signedAddress } from './download.ts';
import { checkTypes, type LogsOf, logScopes, readLogFiles, readTypes } from './read-logs.ts';
import { readUsers } from './read-users.ts';
import { type CallFacts, recorded } from './record-call.ts';
import { parseQuery, renderError } from './render-error.ts';
import { LogsQuery, UsersQuery } from './wire.ts';

const readScopes = ['chatgpt.enterprise.compliance_export.read', 'compliance.read'] as const satisfies KeyScope[];
const deleteScopes = ['chatgpt.enterprise.compliance_export.delete', 'compliance.delete'] as const satisfies KeyScope[];

interface Call {
  workspaceId: string;
  call: WireCall;
  facts: CallFacts;
}

interface Endpoint {
  method: 'GET' | 'DELETE';
  path: string;
  summary: string;
  scope: readonly KeyScope[];
  /** What it is called in AUDIT_LOG. */
  action: string;
  /** Each minute, with each key. */
  calls: number;
  answer(call: Call): Promise<Response>;
}

const param = ({ c }: WireCall, name: string): string => c.req.param(name) ?? '';
const queryOf = ({ c }: WireCall) => Object.fromEntries(new URL(c.req.url).searchParams);

/** Whose a log file or a task is says the path; a key knows its own workspace only. @throws ReeveError not-found */
function workspaceOf(call: WireCall): string {
  const written = param(call, 'workspace_id') || param(call, 'organization_id');
  const { workspaceId } = keyOf(call);
  if (workspaceIdIn(written) === workspaceId) return workspaceId;
  throw new ReeveError('not-found', {}, { message: 'This key knows no such workspace or organization.' });
}

const listLogs =
  ({ db }: Pick<Services, 'db'>, of: LogsOf) =>
  async ({ workspaceId, call, facts }: Call): Promise<Response> => {
    const { searchParams } = new URL(call.c.req.url);
    const event_type = searchParams
      .getAll('event_type')
      .flatMap((each) => each.split(','))
      .map((each) => each.trim())
      .filter((each) => each !== '');
    const { after, before, limit } = queryOf(call);
    facts.data = { limit: limit ?? null, after: after ?? null, before: before ?? null, event_type };
    const query = parseQuery(LogsQuery, { event_type, after: after ?? '', before, limit });
    const types = readTypes(query.event_type, of);
    checkTypes(keyOf(call), types);
    return Response.json(await readLogFiles(db, workspaceId, { ...query, types }));
  };

const logFileId = /^eclf_[0-9a-f]{32}$/;

/** A file that gave way to one with tombstones is gone, and says where the new one is. */
async function refuseReplaced(db: Services['db'], workspaceId: string, id: string): Promise<void> {
  const replacement = await findReplacement(db, workspaceId, id);
  if (replacement)
    throw new ReeveError(
      'log-file-replaced',
      { replacedBy: replacement.new_id, replacedAt: replacement.replaced_at.toISOString() },
      { message: `The content of a person was erased from this log file. ${replacement.new_id} took its place.` },
    );
}

const redirectToFile =
  (services: Pick<Services, 'db' | 'signerFor' | 'clock' | 'origin'>, of: LogsOf) =>
  async ({ workspaceId, call, facts }: Call): Promise<Response> => {
    const id = param(call, 'log_file_id');
    facts.data = { log_file_id: id.slice(0, 100) };
    if (!logFileId.test(id))
      throw new ReeveError('bad-input', {}, { message: 'log_file_id: It is no id of a log file: eclf_…' });
    const file = await findLogFile(services.db, workspaceId, id);
    if (!file) await refuseReplaced(services.db, workspaceId, id);
    if (!file || complianceLogTypes[file.event_type].of !== of)
      throw new ReeveError('not-found', {}, { message: 'There is no such log file, or it is kept no longer.' });
    facts.data = { ...facts.data, event_type: file.event_type };
    checkTypes(keyOf(call), [file.event_type]);
    const location = await signedAddress(services, file);
    return new Response(null, { status: 307, headers: { location, 'cache-control': 'no-store' } });
  };

const workspacePath = '/v1/compliance/workspaces/:workspace_id';
const organizationPath = '/v1/compliance/organizations/:organization_id';

type EndpointServices = Pick<Services, 'db' | 'signerFor' | 'clock' | 'origin' | 'secrets' | 'blobs'>;

function endpoints(services: EndpointServices): Endpoint[] {
  const ofTasks = taskAnswers(services);
  const ofEnvironments = environmentAnswers(services);
  const get = { method: 'GET', scope: readScopes, calls: 50 } as const;
  const single = { ...get, calls: 100 } as const;
  const remove = { method: 'DELETE', scope: deleteScopes, calls: 100 } as const;
  const tasks = `${workspacePath}/codex_tasks`;
  const environments = `${workspacePath}/codex_environments`;
  const logs = { ...get, scope: logScopes('workspace') };
  const ofOrganization = { ...get, scope: logScopes('organization') };
  return [
    {
      ...{ ...logs, path: `${workspacePath}/logs`, summary: 'Log files of a workspace' },
      ...{ action: 'LIST_WORKSPACE_LOG_FILES', answer: listLogs(services, 'workspace') },
    },
    {
      ...{ ...logs, path: `${workspacePath}/logs/:log_file_id`, summary: 'Where to download a log file' },
      ...{ action: 'DOWNLOAD_WORKSPACE_LOG_FILE', answer: redirectToFile(services, 'workspace') },
    },
    {
      ...{ ...ofOrganization, path: `${organizationPath}/logs`, summary: 'Log files of an organization' },
      ...{ action: 'LIST_ORGANIZATION_LOG_FILES', answer: listLogs(services, 'organization') },
    },
    {
      ...{ ...ofOrganization, path: `${organizationPath}/logs/:log_file_id`, summary: 'Where to download a log file' },
      ...{ action: 'DOWNLOAD_ORGANIZATION_LOG_FILE', answer: redirectToFile(services, 'organization') },
    },
    {
      ...{ ...get, path: `${workspacePath}/users`, summary: 'People of a workspace', action: 'LIST_WORKSPACE_USERS' },
      async answer({ workspaceId, call, facts }) {
        const query = parseQuery(UsersQuery, queryOf(call));
        facts.data = { after: query.after ?? null, limit: query.limit };
        return Response.json(await readUsers(services.db, workspaceId, query));
      },
    },
    {
      ...{ ...single, path: tasks, summary: 'Codex tasks', action: 'LIST_CODEX_TASKS', answer: ofTasks.list },
    },
    {
      ...{ ...single, path: `${tasks}/:task_id`, summary: 'A Codex task', action: 'GET_CODEX_TASK' },
      answer: ofTasks.get,
    },
    {
      ...{ ...remove, path: `${tasks}/:task_id`, summary: 'Delete a Codex task', action: 'DELETE_CODEX_TASK' },
      answer: ofTasks.remove,
    },
    {
      ...{ ...get, path: environments, summary: 'Codex environments', action: 'LIST_CODE_ENVIRONMENTS' },
      answer: ofEnvironments.list,
    },
    {
      ...{ ...single, path: `${environments}/:environment_id`, summary: 'A Codex environment' },
      ...{ action: 'GET_CODE_ENVIRONMENT', answer: ofEnvironments.get },
    },
    {
      ...{ ...remove, path: `${environments}/:environment_id`, summary: 'Delete a Codex environment' },
      ...{ action: 'DELETE_CODEX_ENVIRONMENT', answer: ofEnvironments.remove },
    },
  ];
}

/** The vendor’s Compliance API (Admin API 2.5.3): same paths, parameters, answers and limits, on our host. */
export function complianceApiDialect(services: Services): Dialect {
  const { db } = services;
  const limits = new Map(
    [50, 100].map((points) => [points, rateLimit(db, { name: `compliance-api-${points}`, points, perSeconds: 60 })]),
  );
  const routeOf = ({ method, path, summary, scope, action, calls, answer }: Endpoint): WireRoute => ({
    ...{ method, path, summary, allow: { scope } },
    async handle(call) {
      const key = keyOf(call);
      // Before the audit log: a program that does not stop asking must not fill it.
      const admission = await limits.get(calls)?.take(`${key.keyId} ${action}`);
      if (admission?.allowed === false)
        throw new ReeveError('too-many-calls', { retryAfterSeconds: admission.retryAfterSeconds });
      const facts: CallFacts = { action, data: {} };
      return recorded(services, key, facts, () => answerIn(workspaceOf(call)));

      function answerIn(workspaceId: string) {
        return answer({ workspaceId, call, facts });
      }
    },
  });
  return {
    name: 'Compliance API',
    routes: [
      ...endpoints(services).map(routeOf),
      {
        ...{ method: 'GET', path: `${downloadPath}/:signed`, summary: 'A log file, by its signed address' },
        allow: 'anyone',
        handle: (call) => answerDownload(services, param(call, 'signed')),
      },
    ],
    renderError,
  };
}
