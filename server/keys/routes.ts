import { actorOf, type RequestContext, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { changeKey, createKey, revokeKey, rotateKey } from './change-keys.ts';
import { readKeys } from './read-keys.ts';

const by = (context: RequestContext) => ({ actor: actorOf(context), member: signedIn(context) });

export const keysRoutes = (services: Pick<Services, 'db' | 'clock'>) => ({
  list: routes.keys.list.handler(({ context }) => readKeys(services, signedIn(context).workspaceId)),
  create: routes.keys.create.handler(({ input, context }) => createKey(services, by(context), input)),
  update: routes.keys.update.handler(({ input, context }) => changeKey(services, by(context), input)),
  rotate: routes.keys.rotate.handler(({ input, context }) => rotateKey(services, by(context), input)),
  revoke: routes.keys.revoke.handler(async ({ input, context }) => {
    await revokeKey(services, by(context), input.id);
    return {};
  }),
});
