import { actorOf, callerOf } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { readGroupLimits, setGroupLimit } from './change-group-limit.ts';

export const groupLimitRoutes = (services: Pick<Services, 'db' | 'clock'>) => ({
  list: routes.groupLimits.list.handler(({ input, context }) =>
    readGroupLimits(services, callerOf(context).workspaceId, input),
  ),
  set: routes.groupLimits.set.handler(async ({ input, context }) => {
    const { workspaceId } = callerOf(context);
    await setGroupLimit(services, actorOf(context), { ...input, workspaceId });
    return input;
  }),
});
