import { actorOf, callerOf, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { handOverGroup, readProvisioning } from './provisioning.ts';

export const provisioningRoutes = (services: Services) => ({
  status: routes.provisioning.status.handler(({ context }) =>
    readProvisioning(services, callerOf(context).workspaceId),
  ),
  handOverGroup: routes.provisioning.handOverGroup.handler(async ({ input, context }) => {
    const { workspaceId, memberId } = signedIn(context);
    await handOverGroup(services, { workspaceId, memberId, actor: actorOf(context) }, input.id);
    return {};
  }),
});
