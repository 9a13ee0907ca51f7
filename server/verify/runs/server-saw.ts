import { listSignInsOf } from '#server/identity/index.ts';
import { flushReceipts, listDeliveriesTo } from '#server/policies/index.ts';
import type { Services } from '#server/services.ts';
import { settleTelemetry } from '#server/telemetry/index.ts';
import type { ServerSighting } from '../proof/prove-policy.ts';
import { listActivityOf } from './saw-queries.ts';

type Activity = Awaited<ReturnType<typeof listActivityOf>>[number];

function ofActivity({ at, kind, source, outcome, code, ...rest }: Activity): ServerSighting[] {
  if (source === 'otel') return [{ at, kind: 'telemetry', detail: kind, ...rest }];
  if (kind !== 'model.call') return [];
  return [{ at, kind: outcome === 'refused' ? 'refusal' : 'model-call', detail: code ?? outcome ?? '', ...rest }];
}

/** What Reeve's tables say about the synthetic member since then, oldest first; what waits to be written is written before. */
export async function serverSaw(
  services: Services,
  about: { workspaceId: string; memberId: string; since: Date },
): Promise<ServerSighting[]> {
  const { db } = services;
  await settleTelemetry(services);
  await flushReceipts(services);
  const activity = (await listActivityOf(db, about)).flatMap(ofActivity);
  const deliveries = (await listDeliveriesTo(db, about)).map(
    ({ at, name, revision, clientVersion }): ServerSighting => ({
      at,
      kind: 'delivery',
      detail: `${name ?? 'No policy'} ${revision}`,
      threadId: null,
      clientVersion,
    }),
  );
  const signIns = (await listSignInsOf(db, about)).map(
    ({ at, method }): ServerSighting => ({ at, kind: 'sign-in', detail: method, threadId: null, clientVersion: null }),
  );
  return [...activity, ...deliveries, ...signIns].sort((one, other) => one.at.getTime() - other.at.getTime());
}
