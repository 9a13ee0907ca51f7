import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { addPrice, correctPrice, withdrawPlannedPrice } from './change-prices.ts';
import { describePrices } from './describe-prices.ts';
import { listPrices } from './price-queries.ts';

const who = (context: RequestContext) => ({ workspaceId: callerOf(context).workspaceId, actor: actorOf(context) });
const moment = (at: string | null | undefined) => (at === null || at === undefined ? null : new Date(at));

export const modelPricesRoutes = (services: Pick<Services, 'db' | 'clock'>) => ({
  list: routes.modelPrices.list.handler(async ({ input, context }) => {
    const rows = await listPrices(services.db, callerOf(context).workspaceId, input.model ?? null);
    return { items: describePrices(rows, services.clock()) };
  }),
  add: routes.modelPrices.add.handler(({ input: { terms, validFrom }, context }) =>
    addPrice(services, { ...who(context), terms, validFrom: moment(validFrom) }),
  ),
  correct: routes.modelPrices.correct.handler(({ input: { terms, validFrom, message }, context }) =>
    correctPrice(services, { ...who(context), terms, validFrom: moment(validFrom), message }),
  ),
  withdraw: routes.modelPrices.withdraw.handler(({ input: { id }, context }) =>
    withdrawPlannedPrice(services, { ...who(context), id }),
  ),
});
