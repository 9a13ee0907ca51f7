import type { OwnKind } from '#contract/activity-list.ts';
import { can, type Permission } from '#contract/permissions.ts';
import { ReeveError } from '#server/fail.ts';
import { callerOf } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { itemOf, listActivity, listThreadItems } from './list-items.ts';
import { readEvent } from './list-queries.ts';
import { readContent } from './read-content.ts';

const neededFor: Readonly<Record<OwnKind, Permission>> = {
  'reeve.changed': 'audit.read',
  'policy.delivered': 'policies.read',
};
const ownKindNames = Object.keys(neededFor) as OwnKind[];

async function contentOf(
  services: Pick<Services, 'db' | 'secrets'>,
  workspaceId: string,
  { id, mayRead }: { id: string; mayRead: boolean },
) {
  if (!mayRead) return { content: null, whyNoContent: 'not-permitted' as const };
  const content = (await readContent(services, workspaceId, [id])).get(id) ?? null;
  return { content, whyNoContent: content ? null : ('not-kept' as const) };
}

export const activityEventsRoutes = (services: Pick<Services, 'db' | 'secrets'>) => ({
  events: routes.activity.events.handler(async ({ input: { cursor, limit, ...filter }, context }) => {
    const { workspaceId, permissions } = callerOf(context);
    const mayRead = new Set(ownKindNames.filter((kind) => can(permissions, neededFor[kind])));
    const page = await listActivity(services.db, workspaceId, { filter, cursor, limit, mayRead });
    return { ...page, notShown: ownKindNames.filter((kind) => !mayRead.has(kind)) };
  }),
  event: routes.activity.event.handler(async ({ input: { id }, context }) => {
    const { workspaceId, permissions } = callerOf(context);
    const row = await readEvent(services.db, workspaceId, id);
    if (!row) throw new ReeveError('not-found', { id });
    const mayRead = can(permissions, 'compliance.read');
    return { ...itemOf(row), ...(await contentOf(services, workspaceId, { id, mayRead })) };
  }),
  thread: routes.activity.thread.handler(({ input, context }) =>
    listThreadItems(services.db, callerOf(context).workspaceId, { cursor: undefined, ...input }),
  ),
});
