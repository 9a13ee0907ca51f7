import { callerOf } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { listEstate, readEstate } from './read-estate.ts';

export const estateRoutes = (services: Services) => ({
  summary: routes.estate.summary.handler(({ context }) => readEstate(services, callerOf(context).workspaceId)),
  clients: routes.estate.clients.handler(({ input, context }) =>
    listEstate(services, callerOf(context).workspaceId, input),
  ),
});
