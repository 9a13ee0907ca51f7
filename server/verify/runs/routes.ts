// Handlers are filled in slice by slice; each of these refuses until it is.
import { ReeveError } from '#server/fail.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';

const of = routes.proofs;
const notYet = (): never => {
  throw new ReeveError('not-found');
};

export const proofRoutes = (_services: Services) => ({
  matrix: of.matrix.handler(notYet),
  start: of.start.handler(notYet),
  runs: of.runs.handler(notYet),
  run: of.run.handler(notYet),
  cancel: of.cancel.handler(notYet),
  cell: of.cell.handler(notYet),
  certificate: of.certificate.handler(notYet),
  certificatePdf: of.certificatePdf.handler(notYet),
  clients: of.clients.handler(notYet),
  installClient: of.installClient.handler(notYet),
  setSchedule: of.setSchedule.handler(notYet),
  alerts: of.alerts.handler(notYet),
  acknowledge: of.acknowledge.handler(notYet),
});
