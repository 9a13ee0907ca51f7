import { record } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { acknowledge, readAlerts } from './alerts.ts';
import { readCertificate } from './certify-run.ts';
import { installClient, readClients } from './client-store.ts';
import { wakeWorker, whyCannotRun } from './proof-worker.ts';
import { readMatrix } from './read-matrix.ts';
import { readCell, readRun, readRuns, readRunWithCells } from './read-runs.ts';
import { askToCancel, findRun } from './run-queries.ts';
import { setSchedule } from './schedule.ts';
import { startRun, type WantedRun } from './start-run.ts';

const of = routes.proofs;

async function start(services: Services, context: RequestContext, wanted: WantedRun) {
  const cannotRun = await whyCannotRun();
  if (cannotRun !== null) throw new ReeveError('proof-cannot-run', {}, { message: cannotRun });
  const { workspaceId, actor } = callerOf(context);
  const run = await startRun(services, { workspaceId, actor, trigger: context.key ? 'key' : 'person' }, wanted);
  wakeWorker(services);
  return { run };
}

/** One that has ended stays as it is, and says so. */
async function cancel({ db, clock }: Services, context: RequestContext, id: string) {
  const { workspaceId, actor } = callerOf(context);
  await db.transaction().execute(async (tx) => {
    const at = clock();
    const row = await findRun(tx, workspaceId, id);
    if (!row) throw new ReeveError('not-found', { runId: id });
    const had = await askToCancel(tx, { workspaceId, id, at });
    if (had === undefined)
      throw new ReeveError('conflict', { state: row.state }, { message: 'This proof has ended already.' });
    const subject = { kind: 'proof', id, label: `Proof ${row.number}` };
    await record(tx, actor, 'proof.cancelled', { at, subject });
  });
  return { run: await readRun(db, workspaceId, id) };
}

export const proofRoutes = (services: Services) => {
  const { db } = services;
  return {
    matrix: of.matrix.handler(({ context }) => readMatrix(services, callerOf(context).workspaceId)),
    start: of.start.handler(({ input, context }) => start(services, context, input)),
    runs: of.runs.handler(({ input, context }) => readRuns(db, callerOf(context).workspaceId, input)),
    run: of.run.handler(({ input, context }) => readRunWithCells(db, callerOf(context).workspaceId, input.id)),
    cancel: of.cancel.handler(({ input, context }) => cancel(services, context, input.id)),
    cell: of.cell.handler(({ input, context }) => readCell(db, callerOf(context).workspaceId, input.id)),
    certificate: of.certificate.handler(({ input, context }) =>
      readCertificate(db, callerOf(context).workspaceId, input.id),
    ),
    certificatePdf: of.certificatePdf.handler(async ({ input, context }) => {
      const certificate = await readCertificate(db, callerOf(context).workspaceId, input.id);
      const name = `reeve-proof-${certificate.statement.run.number}.pdf`;
      // Fonts and paper: loaded by whoever prints.
      const { certificatePdf } = await import('./certificate-pdf.ts');
      return new File([await certificatePdf(certificate)], name, { type: 'application/pdf' });
    }),
    clients: of.clients.handler(async () => ({ items: readClients(services), cannotRun: await whyCannotRun() })),
    installClient: of.installClient.handler(async ({ input, context }) => {
      const { workspaceId, actor } = callerOf(context);
      return { client: await installClient(services, { version: input.version, actor, workspaceId }) };
    }),
    setSchedule: of.setSchedule.handler(async ({ input, context }) => {
      const { workspaceId, actor } = callerOf(context);
      return { schedule: await setSchedule(services, { workspaceId, actor, schedule: input }) };
    }),
    alerts: of.alerts.handler(({ input, context }) => readAlerts(db, callerOf(context).workspaceId, input)),
    acknowledge: of.acknowledge.handler(async ({ input, context }) => {
      const { workspaceId } = callerOf(context);
      return { alert: await acknowledge(services, { workspaceId, actor: actorOf(context), id: input.id }) };
    }),
  };
};
