import { can } from '#contract/permissions.ts';
import { callerOf, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { explainError } from './explain-error.ts';
import { explainRule } from './explain-rule.ts';
import { lookUpPolicy } from './look-up-policy.ts';
import { previewAnswer } from './preview-answer.ts';
import { readReceipts, summarizeReceipts } from './read-receipts.ts';
import { receiptsOf } from './record-receipts.ts';

export function deliveryRoutes(services: Services) {
  const { db } = services;
  const of = routes.policies;
  const flushed = async (context: Parameters<typeof callerOf>[0]) => {
    await receiptsOf(services).flush();
    return callerOf(context).workspaceId;
  };
  return {
    lookUp: {
      find: of.lookUp.find.handler(async ({ input, context }) => lookUpPolicy(db, await flushed(context), input)),
      bytes: of.lookUp.bytes.handler(({ input, context }) =>
        previewAnswer(services, callerOf(context).workspaceId, input),
      ),
      error: of.lookUp.error.handler(({ input, context }) =>
        explainError(db, callerOf(context).workspaceId, input.text),
      ),
    },
    deliveries: {
      list: of.deliveries.list.handler(async ({ input, context }) => {
        const { cursor, limit, ...filter } = input;
        return readReceipts(db, await flushed(context), { filter, after: cursor ?? null, limit });
      }),
      summary: of.deliveries.summary.handler(async ({ context }) => summarizeReceipts(db, await flushed(context))),
    },
    explanations: {
      get: of.explanations.get.handler(({ input, context }) => {
        const { workspaceId, memberId, permissions } = signedIn(context);
        return explainRule(db, workspaceId, input.code, {
          memberId,
          mayReadPolicies: can(permissions, 'policies.read'),
        });
      }),
    },
  };
}
