import { can } from '#contract/permissions.ts';
import { ReeveError } from '#server/fail.ts';
import { callerOf, type RequestContext, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { actingMember } from './acting-member.ts';
import { chooseRepositories, readChoosable } from './connections/choose-repositories.ts';
import { connectGit, replaceToken } from './connections/connect-git.ts';
import { readConnection, readConnections } from './connections/read-connections.ts';
import { readAccounts, readDeliveries, readTokenUses } from './connections/read-lists.ts';
import { removeConnection } from './connections/remove-connection.ts';
import { syncNow } from './connections/sync-connection.ts';
import { egressPath } from './egress-ranges.ts';
import { finishApp } from './github/finish-app.ts';
import { finishLink, startLink, unlinkAccount } from './github/link-account.ts';
import { replaceSecrets } from './github/replace-secrets.ts';
import { startApp } from './github/start-app.ts';
import { listBranches } from './operations/branches.ts';
import { requireRepositoryAccess } from './operations/repository-access.ts';
import { retryFailed } from './webhooks/retry-deliveries.ts';

const { git } = routes;
const workspaceOf = (context: RequestContext): string => callerOf(context).workspaceId;

function connectionRoutes(services: Services) {
  const read = (context: RequestContext, id: string) => readConnection(services, workspaceOf(context), id);
  return {
    connections: git.connections.handler(async ({ context }) => ({
      items: await readConnections(services, workspaceOf(context)),
      egressUrl: `${services.origin}${egressPath}`,
      egressRanges: [...services.config.egressRanges],
    })),
    startGithub: git.startGithub.handler(({ input, context }) => startApp(services, actingMember(context), input)),
    finishGithub: git.finishGithub.handler(async ({ input, context }) =>
      read(context, await finishApp(services, actingMember(context), input)),
    ),
    connectGit: git.connectGit.handler(async ({ input, context }) =>
      read(context, await connectGit(services, actingMember(context), input)),
    ),
    replaceToken: git.replaceToken.handler(async ({ input, context }) => {
      await replaceToken(services, actingMember(context), input);
      return read(context, input.id);
    }),
    replaceSecrets: git.replaceSecrets.handler(async ({ input, context }) => {
      await replaceSecrets(services, actingMember(context), input);
      return read(context, input.id);
    }),
    remove: git.remove.handler(async ({ input, context }) => {
      await removeConnection(services, actingMember(context), input.id);
      return {};
    }),
    sync: git.sync.handler(async ({ input, context }) => {
      await syncNow(services, workspaceOf(context), input.id);
      return read(context, input.id);
    }),
    tokenUses: git.tokenUses.handler(async ({ context }) => ({
      items: await readTokenUses(services, workspaceOf(context)),
    })),
    deliveries: git.deliveries.handler(async ({ input, context }) => ({
      items: await readDeliveries(services, workspaceOf(context), { connectionId: input.id, show: input.show }),
    })),
    retryDeliveries: git.retryDeliveries.handler(async ({ input, context }) => ({
      retried: await retryFailed(services, actingMember(context), input),
    })),
  };
}

function repositoryRoutes(services: Services) {
  return {
    repositories: git.repositories.handler(async ({ input, context }) => {
      const { workspaceId, permissions } = callerOf(context);
      // Names of repositories that nobody has chosen are for whoever chooses.
      if (input.show === 'all' && !can(permissions, 'connectors.write'))
        throw new ReeveError('not-permitted', { permission: 'connectors.write' });
      return { items: await readChoosable(services, workspaceId, input) };
    }),
    branches: git.branches.handler(async ({ input, context }) => {
      const { workspaceId, memberId, name } = signedIn(context);
      const of = { workspaceId, repositoryId: input.id };
      // Names of branches tell what is worked on: they are for whoever may read the repository.
      await requireRepositoryAccess(services, { ...of, memberId, need: 'read', why: 'list branches' });
      return {
        items: await listBranches(services, { ...of, search: input.search, forWhom: `${name}: list branches` }),
      };
    }),
    allow: git.allow.handler(async ({ input, context }) => ({
      changed: await chooseRepositories(services, actingMember(context), input),
    })),
  };
}

function accountRoutes(services: Services) {
  return {
    accounts: git.accounts.handler(({ context }) => readAccounts(services, signedIn(context))),
    startLink: git.startLink.handler(({ input, context }) =>
      startLink(services, actingMember(context), input.connectionId),
    ),
    finishLink: git.finishLink.handler(async ({ input, context }) => {
      const { linkedAt, ...account } = await finishLink(services, actingMember(context), input);
      return { ...account, linkedAt: linkedAt.toISOString() };
    }),
    unlink: git.unlink.handler(async ({ input, context }) => {
      await unlinkAccount(services, actingMember(context), input.connectionId);
      return {};
    }),
  };
}

export const gitRoutes = (services: Services) => ({
  ...connectionRoutes(services),
  ...repositoryRoutes(services),
  ...accountRoutes(services),
});
