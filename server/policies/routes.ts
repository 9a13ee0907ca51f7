import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { assignPolicies, previewAssignments } from './assign-policies.ts';
import { listAssignments, readAssignmentState } from './assignment-queries.ts';
import { lookUpPolicy } from './look-up-policy.ts';
import { policyPresets } from './policy-presets.ts';
import { readPolicyDetail, readPolicySummaries } from './read-policies.ts';
import { changePolicy, createPolicy, removePolicy } from './save-policy.ts';
import { validateDocument } from './validate-document.ts';

const by = (context: RequestContext) => ({ workspaceId: callerOf(context).workspaceId, actor: actorOf(context) });

export function policiesRoutes(services: Pick<Services, 'db' | 'clock'>) {
  const { db } = services;
  const of = routes.policies;
  return {
    list: of.list.handler(async ({ context }) => ({
      items: await readPolicySummaries(db, callerOf(context).workspaceId),
    })),
    presets: of.presets.handler(() => ({ items: [...policyPresets] })),
    validate: of.validate.handler(({ input }) => ({ diagnostics: validateDocument(input.contents) })),
    get: of.get.handler(({ input, context }) => readPolicyDetail(db, callerOf(context).workspaceId, input.id)),
    create: of.create.handler(async ({ input, context }) => {
      const id = await createPolicy(services, by(context), input);
      return readPolicyDetail(db, callerOf(context).workspaceId, id);
    }),
    update: of.update.handler(async ({ input, context }) => {
      await changePolicy(services, by(context), input);
      return readPolicyDetail(db, callerOf(context).workspaceId, input.id);
    }),
    remove: of.remove.handler(async ({ input, context }) => {
      await removePolicy(services, by(context), input.id);
      return {};
    }),
    assignments: of.assignments.handler(async ({ context }) => {
      const { workspaceId } = callerOf(context);
      const { version, fallbackPolicyId } = await readAssignmentState(db, workspaceId);
      return { items: await listAssignments(db, workspaceId), fallbackPolicyId, version };
    }),
    previewAssignments: of.previewAssignments.handler(({ input, context }) =>
      previewAssignments(db, callerOf(context).workspaceId, input),
    ),
    assign: of.assign.handler(async ({ input, context }) => ({
      version: await assignPolicies(services, by(context), input),
    })),
    lookUp: of.lookUp.handler(({ input, context }) => lookUpPolicy(db, callerOf(context).workspaceId, input)),
  };
}
