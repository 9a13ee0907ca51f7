import { callerOf } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { readEntries } from './read-entries.ts';

export const auditRoutes = ({ db }: Services) => ({
  list: routes.audit.list.handler(({ input, context }) => readEntries(db, callerOf(context).workspaceId, input)),
});
