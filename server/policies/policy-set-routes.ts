import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { applyPolicySet } from './apply-policy-set.ts';
import { planPolicySet } from './plan-policy-set.ts';
import { asPolicySet, readPublishedState } from './read-policy-set.ts';

const by = (context: RequestContext) => ({ workspaceId: callerOf(context).workspaceId, actor: actorOf(context) });

export function policySetRoutes(services: Services) {
  const of = routes.policies.set;
  return {
    read: of.read.handler(async ({ context }) => {
      const published = await readPublishedState(services.db, callerOf(context).workspaceId);
      const { release, managedBy } = published.state;
      return { ...asPolicySet(published), release, managedBy };
    }),
    plan: of.plan.handler(async ({ input, context }) => (await planPolicySet(services.db, by(context), input)).plan),
    apply: of.apply.handler(({ input, context }) => applyPolicySet(services, by(context), input)),
  };
}
