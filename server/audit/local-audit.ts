import { z } from 'zod';
import type { Services } from '#server/services.ts';
import { chainOf } from './chain/chain-link.ts';
import { listChains } from './chain-queries.ts';
import { exportChain } from './export-chain.ts';
import { findEnd, makeCheckpoint } from './make-checkpoint.ts';
import { proveEntry } from './prove-entry.ts';
import { publicKeys, rotateAuditKey } from './signing-key.ts';
import { asLines, streamText } from './stream-lines.ts';

const OfChain = z.object({ chain: z.string() });
const OfEntry = z.object({ chain: z.string(), id: z.string() });

/**
 * What the commands of `reeve audit` do on the machine of the server, by the running server or without one. These are for whoever runs the
 * machine, who could read the database as well; the export is not recorded for that reason.
 */
export const auditCalls = (services: Pick<Services, 'db' | 'clock' | 'secrets' | 'config'>) => ({
  'audit-chains': () => listChains(services.db),
  async 'audit-export'(input: unknown): Promise<ReadableStream<Uint8Array>> {
    const { chain } = OfChain.parse(input);
    const upTo = await findEnd(services, chain);
    return streamText(asLines(exportChain(services.db, chain, { upTo, at: services.clock() })));
  },
  'audit-prove': async (input: unknown) => {
    const { chain, id } = OfEntry.parse(input);
    return proveEntry(services, chain, id);
  },
  'audit-public-keys': async () => {
    // Where there is no key yet, the first checkpoint makes one. A chain that cannot be signed any more must not keep it from anybody.
    await findEnd(services, chainOf(null));
    return publicKeys(services.db);
  },
  'audit-checkpoint': async (input: unknown) => {
    const made = await makeCheckpoint(services, OfChain.parse(input).chain);
    return made && { number: made.number, size: made.size, at: made.at.toISOString() };
  },
  'audit-rotate-key': () => rotateAuditKey(services),
});
