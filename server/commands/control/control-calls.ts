import { z } from 'zod';
import { VerifyCheck } from '#contract/setup.ts';
import { askRecounts, readRecountProgress } from '#server/analytics/index.ts';
import { auditCalls, systemActor } from '#server/audit/index.ts';
import { dumpDatabase } from '#server/db/dump-database.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { Refused } from '#server/refused.ts';
import { rotateKeys } from '#server/rotate-keys.ts';
import { findUnreadableSecrets } from '#server/sealed-columns.ts';
import { runChecksEverywhere } from '#server/setup/index.ts';
import type { RunningReeve } from '#server/start.ts';
import { version } from '#server/version.ts';
import { readDatabaseFacts } from '../doctor/database-facts.ts';
import type { ControlCalls } from './control-socket.ts';

export const Status = z.object({
  pid: z.number(),
  version: z.string(),
  origin: z.string(),
  certificateExpiresAt: z.iso.datetime(),
});

export const SecretsReport = z.object({
  total: z.number(),
  unreadable: z.array(z.object({ context: z.string(), problem: z.string() })),
});

/** The checks of the set-up of each workspace. */
export const ChecksReport = z.array(z.object({ workspace: z.string(), items: z.array(VerifyCheck) }));

export const NewOwnerLink = z.object({ url: z.string(), expiresAt: z.iso.datetime() });

export const RotationDone = z.object({
  masterKey: z.string(),
  resealed: z.number(),
  signingKey: z.string(),
  next: z.string(),
});
const RotationWish = z.object({ dropFormer: z.boolean() });

export const RecountAsked = z.object({ days: z.number() });
export const RecountState = z.object({ progress: z.object({ daysDone: z.number(), days: z.number() }).nullable() });

/** What the running server does for the other commands, because it alone may open the embedded database. */
export const controlCalls = (reeve: RunningReeve): ControlCalls => ({
  status: async (): Promise<z.infer<typeof Status>> => ({
    pid: process.pid,
    version,
    origin: reeve.origin,
    certificateExpiresAt: reeve.certificates.expiresAt().toISOString(),
  }),
  checks: () => runChecksEverywhere(reeve.services),
  database: () => readDatabaseFacts(reeve.opened, reeve.services.blobs),
  secrets: () => findUnreadableSecrets(reeve.services.db, reeve.services.secrets),
  'owner-link': () => createOwnerLink(reeve.services, { madeBy: 'reeve owner-link' }),
  'rotate-keys': (input) => rotateKeys(reeve.services, reeve.keys, RotationWish.parse(input)),
  ...auditCalls(reeve.services),
  recount: async () => ({
    days: await askRecounts(reeve.services, (id) => systemActor('reeve analytics rebuild', id)),
  }),
  'recount-state': async () => ({ progress: await readRecountProgress(reeve.services.db) }),
  async 'dump-database'() {
    const { pglite } = reeve.opened;
    if (!pglite) throw new Refused('this server uses PostgreSQL, whose backup pg_dump makes');
    return dumpDatabase(pglite);
  },
});
