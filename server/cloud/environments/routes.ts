import { actorOf, type RequestContext, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import {
  changeEnvironment,
  createEnvironment,
  deleteEnvironment,
  type EnvironmentAuthor,
} from './change-environment.ts';
import { readOptions } from './environment-options.ts';
import { putPin } from './environment-queries.ts';
import { removeSecret, saveSecret } from './environment-secrets.ts';
import { readNeededDomains } from './needed-domains.ts';
import { requireEnvironment } from './require-environment.ts';
import { resetCache } from './reset-cache.ts';
import { showEnvironment, showEnvironments } from './show-environment.ts';
import { cancelTry, readTry, tryEnvironment } from './try-environment.ts';

const of = routes.environments;

const authorOf = (context: RequestContext): EnvironmentAuthor => {
  const { workspaceId, memberId, permissions, name } = signedIn(context);
  return { workspaceId, memberId, permissions, name, actor: actorOf(context) };
};

const changingRoutes = (services: Services) => ({
  create: of.create.handler(async ({ input, context }) => {
    const by = authorOf(context);
    return showEnvironment(services, by, await createEnvironment(services, by, input));
  }),
  update: of.update.handler(async ({ input, context }) => {
    const by = authorOf(context);
    await changeEnvironment(services, by, input);
    return showEnvironment(services, by, input.id);
  }),
  remove: of.remove.handler(async ({ input, context }) => {
    await deleteEnvironment(services, authorOf(context), input.id);
    return {};
  }),
  setSecret: of.setSecret.handler(({ input, context }) => saveSecret(services, authorOf(context), input)),
  removeSecret: of.removeSecret.handler(async ({ input, context }) => {
    await removeSecret(services, authorOf(context), input);
    return {};
  }),
  resetCache: of.resetCache.handler(async ({ input, context }) => ({
    dropped: await resetCache(services, authorOf(context), input.id),
  })),
});

export const environmentRoutes = (services: Services) => ({
  list: of.list.handler(async ({ context }) => ({ items: await showEnvironments(services, authorOf(context)) })),
  options: of.options.handler(({ context }) => readOptions(services, authorOf(context))),
  get: of.get.handler(({ input, context }) => showEnvironment(services, authorOf(context), input.id)),
  ...changingRoutes(services),
  setPinned: of.setPinned.handler(async ({ input, context }) => {
    const by = authorOf(context);
    await requireEnvironment(services.db, by, input.id);
    await putPin(services.db, by.workspaceId, { ...input, memberId: by.memberId });
    return {};
  }),
  try: of.try.handler(({ input, context }) => tryEnvironment(services, authorOf(context), input.id)),
  cancelTry: of.cancelTry.handler(({ input, context }) => cancelTry(services, authorOf(context), input)),
  getTry: of.getTry.handler(({ input, context }) => readTry(services, authorOf(context), input)),
  neededDomains: of.neededDomains.handler(({ input, context }) =>
    readNeededDomains(services, authorOf(context), input.id),
  ),
});
