import type { Actor } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { type BundleRow, lockBundle } from './queries.ts';

export interface By {
  workspaceId: string;
  actor: Actor;
}

/** Held until the transaction ends. @throws ReeveError not-found */
export async function requireBundle(tx: Database, workspaceId: string, id: string): Promise<BundleRow> {
  const bundle = await lockBundle(tx, workspaceId, id);
  if (!bundle) throw new ReeveError('not-found', { bundleId: id });
  return bundle;
}

export const subjectOf = ({ id, name }: Pick<BundleRow, 'id' | 'name'>) => ({ kind: 'bundle', id, label: name });
