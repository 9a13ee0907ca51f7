import { z } from 'zod';
import { ReeveError } from '#server/fail.ts';
import { refuseUnstorableText } from '#server/http/api-errors.ts';
import type { Dialect, WireCall, WireRoute } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import type { TaskMember } from '../tasks/task-member.ts';
import { createFromClient } from './create-from-client.ts';
import { environmentsForClient } from './read-environments.ts';
import { listForClient, siblingsForClient, taskForClient } from './read-tasks.ts';
import { requireCloudClient } from './who-calls.ts';

/** A client asks under `wham/` when its base URL contains `/backend-api`, else under `api/codex/`. */
const bothStyles = (path: string) => [`/backend-api/wham${path}`, `/api/codex${path}`, `/backend-api/api/codex${path}`];

/** `codex apply` of clients up to about 0.12x puts its path behind a base URL that ends in a slash already. */
const stylesOfTask = (path: string) => [...bothStyles(path), `/backend-api//wham${path}`];

const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).catch(20),
  cursor: z.string().max(500).optional(),
  task_filter: z.enum(['current', 'archived', 'all']).catch('current'),
  environment_id: z.string().max(100).optional(),
});

function readQuery(call: WireCall) {
  const query = call.c.req.query();
  refuseUnstorableText(query);
  const parsed = ListQuery.safeParse(query);
  if (!parsed.success) throw new ReeveError('bad-input');
  const { limit, cursor, task_filter: filter, environment_id: environmentId } = parsed.data;
  return { limit, cursor, filter, environmentId };
}

function parameter(call: WireCall, name: string): string {
  const value = call.c.req.param(name) ?? '';
  refuseUnstorableText(value, [name]);
  return value;
}

type Answer = Pick<WireRoute, 'method' | 'summary'> & { answer: (call: WireCall, by: TaskMember) => Promise<object> };

const answers = (services: Services): [path: string, answer: Answer][] => {
  const get = (summary: string, answer: Answer['answer']): Answer => ({ method: 'GET', summary, answer });
  return [
    ['/tasks/list', get('Tasks, newest first', (call, by) => listForClient(services, by, readQuery(call)))],
    ['/tasks/:id', get('A task', (call, by) => taskForClient(services, by, parameter(call, 'id')))],
    [
      '/tasks/:id/turns/:turn/sibling_turns',
      get('The other attempts of a turn', (call, by) =>
        siblingsForClient(services, by, { id: parameter(call, 'id'), turnId: parameter(call, 'turn') }),
      ),
    ],
    [
      '/tasks',
      {
        method: 'POST',
        summary: 'Give Codex a task',
        answer: (call, by) => createFromClient(services, by, call.c.env.incoming),
      },
    ],
    ['/environments', get('Environments that the member may use', (_call, by) => environmentsForClient(services, by))],
    [
      '/environments/by-repo/github/:owner/:repo',
      get('Those that have a repository', (call, by) =>
        environmentsForClient(services, by, `${parameter(call, 'owner')}/${parameter(call, 'repo')}`),
      ),
    ],
  ];
};

/** What `codex cloud` and `codex apply` call. Of an error the client prints the whole body. */
export function cloudClientDialect(services: Services): Dialect {
  return {
    name: 'Codex cloud client',
    routes: answers(services).flatMap(([path, { method, summary, answer }]) =>
      (path === '/tasks/:id' ? stylesOfTask(path) : bothStyles(path)).map((styled) => ({
        method,
        path: styled,
        allow: 'codex-client' as const,
        summary,
        handle: async (call: WireCall) => Response.json(await answer(call, await requireCloudClient(services, call))),
      })),
    ),
    renderError: ({ code, message, status }, { requestId }) =>
      Response.json({ detail: message, code, request_id: requestId }, { status }),
  };
}
