import { callerOf } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { checkSteps } from './check-steps.ts';
import { readChecks, runChecks } from './checks/run-checks.ts';
import { listAttention } from './list-attention.ts';
import { readSetupFacts } from './setup-facts.ts';

export const setupRoutes = (services: Services) => ({
  checks: routes.setup.checks.handler(({ context }) => readChecks(services, callerOf(context).workspaceId)),
  runChecks: routes.setup.runChecks.handler(async ({ context }) => {
    const { workspaceId } = callerOf(context);
    await runChecks(services, workspaceId);
    return readChecks(services, workspaceId);
  }),
  overview: routes.setup.overview.handler(async ({ context }) => {
    const facts = await readSetupFacts(services, callerOf(context).workspaceId);
    return {
      steps: checkSteps(facts),
      figures: {
        activeMembers: facts.people.activeMembers,
        membersSeenLast7Days: facts.people.seenLast7Days,
        callsLast24Hours: facts.models.callsLast24Hours,
        refusalsLast24Hours: facts.models.refusalsLast24Hours,
        costUsdLast24Hours: facts.models.costUsdLast24Hours,
      },
      attention: listAttention(facts),
    };
  }),
});
