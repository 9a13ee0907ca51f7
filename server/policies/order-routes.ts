import { ReeveError } from '#server/fail.ts';
import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { assignPolicies, previewAssignments } from './assign-policies.ts';
import { freezePolicies, readProtection, unfreezePolicies, updateProtection } from './protect-policies.ts';
import { readOrder } from './read-order.ts';

const workspaceOf = (context: RequestContext): string => callerOf(context).workspaceId;
const by = (context: RequestContext) => ({ workspaceId: workspaceOf(context), actor: actorOf(context) });

const notYet = (): never => {
  throw new ReeveError('not-found');
};

const protectionRoutes = (services: Services) => {
  const { protection } = routes.policies;
  const read = (context: RequestContext) => readProtection(services.db, workspaceOf(context));
  return {
    get: protection.get.handler(({ context }) => read(context)),
    freeze: protection.freeze.handler(async ({ input, context }) => {
      await freezePolicies(services, by(context), input.because);
      return read(context);
    }),
    unfreeze: protection.unfreeze.handler(async ({ context }) => {
      await unfreezePolicies(services, by(context));
      return read(context);
    }),
    update: protection.update.handler(async ({ input, context }) => {
      await updateProtection(services, by(context), input);
      return read(context);
    }),
  };
};

export function orderRoutes(services: Services) {
  const of = routes.policies;
  const { db } = services;
  return {
    assignments: of.assignments.handler(({ context }) => readOrder(db, workspaceOf(context))),
    previewAssignments: of.previewAssignments.handler(({ input, context }) =>
      previewAssignments(db, workspaceOf(context), input),
    ),
    assign: of.assign.handler(async ({ input, context }) => ({
      version: await assignPolicies(services, by(context), input),
    })),
    releases: {
      list: of.releases.list.handler(notYet),
      preview: of.releases.preview.handler(notYet),
      restore: of.releases.restore.handler(notYet),
    },
    protection: protectionRoutes(services),
  };
}
