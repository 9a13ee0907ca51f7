import { callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { chainOf } from './chain/chain-link.ts';
import { exportChain } from './export-chain.ts';
import { findEnd, makeCheckpoint } from './make-checkpoint.ts';
import { proveEntry } from './prove-entry.ts';
import { readChain } from './read-chain.ts';
import { readEntries } from './read-entries.ts';
import { record } from './record.ts';
import { startVerification } from './run-verification.ts';
import { sendCopies } from './send-copies.ts';
import { publicKeys } from './signing-key.ts';
import { asLines, streamText } from './stream-lines.ts';
import { writeCsv } from './write-csv.ts';

/** The browser saves it under that name. */
function asFile(context: RequestContext, { type, name }: { type: string; name: string }): void {
  context.responseHeaders.set('content-type', type);
  context.responseHeaders.set('content-disposition', `attachment; filename="${name}"`);
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

export const auditRoutes = (services: Services) => {
  const { db, clock } = services;
  return {
    list: routes.audit.list.handler(({ input, context }) => readEntries(db, callerOf(context).workspaceId, input)),
    exportCsv: routes.audit.exportCsv.handler(async ({ input, context }) => {
      const { workspaceId, actor } = callerOf(context);
      const at = clock();
      await record(db, actor, 'audit.exported', { at, as: 'csv', filters: input });
      asFile(context, { type: 'text/csv; charset=utf-8', name: `audit-${dayOf(at)}.csv` });
      return streamText(writeCsv(db, workspaceId, input));
    }),
    exportChain: routes.audit.exportChain.handler(async ({ context }) => {
      const { workspaceId, actor } = callerOf(context);
      const at = clock();
      await record(db, actor, 'audit.exported', { at, as: 'chain' });
      const chain = chainOf(workspaceId);
      const upTo = await findEnd(services, chain);
      asFile(context, { type: 'application/jsonl', name: `audit-${dayOf(at)}.jsonl` });
      return streamText(asLines(exportChain(db, chain, { upTo, at })));
    }),
    chain: routes.audit.chain.handler(({ context }) => readChain(services, callerOf(context).workspaceId)),
    makeCheckpoint: routes.audit.makeCheckpoint.handler(async ({ context }) => {
      const { workspaceId } = callerOf(context);
      await makeCheckpoint(services, chainOf(workspaceId));
      await sendCopies(services);
      return readChain(services, workspaceId);
    }),
    verify: routes.audit.verify.handler(({ context }) => startVerification(services, callerOf(context))),
    prove: routes.audit.prove.handler(({ input, context }) =>
      proveEntry(services, chainOf(callerOf(context).workspaceId), input.id),
    ),
    publicKeys: routes.audit.publicKeys.handler(async ({ context }) => {
      // The first checkpoint makes the key; a chain that cannot be signed any more must not keep it from whoever verifies.
      await findEnd(services, chainOf(callerOf(context).workspaceId));
      const { keys, rotations } = await publicKeys(db);
      return { keys: keys.map((key) => ({ ...key })), rotations };
    }),
  };
};
