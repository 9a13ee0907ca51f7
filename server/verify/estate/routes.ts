// Handlers are filled in slice by slice; each of these refuses until it is.
import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const of = routes.estate;
const notYet = (): never => {
  throw new ReeveError('not-found');
};

export const estateRoutes = (_services: Services) => ({
  summary: of.summary.handler(notYet),
  clients: of.clients.handler(notYet),
});
