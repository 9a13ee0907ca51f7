import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { assignPolicies, previewAssignments } from './assign-policies.ts';
import { freezePolicies, readProtection, unfreezePolicies, updateProtection } from './protect-policies.ts';
import { readOrder } from './read-order.ts';
import { readReleases } from './read-releases.ts';
import { previewRollBack, rollBack } from './roll-back.ts';

const workspaceOf = (context: RequestContext): string => callerOf(context).workspaceId;
const by = (context: RequestContext) => ({ workspaceId: workspaceOf(context), actor: actorOf(context) });

const releaseRoutes = (services: Services) => {
  const { releases } = routes.policies;
  const { db } = services;
  return {
    list: releases.list.handler(({ input, context }) => readReleases(db, workspaceOf(context), input)),
    preview: releases.preview.handler(({ input, context }) => previewRollBack(db, workspaceOf(context), input.number)),
    restore: releases.restore.handler(async ({ input, context }) => ({
      number: await rollBack(services, by(context), input),
    })),
  };
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
    releases: releaseRoutes(services),
    protection: protectionRoutes(services),
  };
}
