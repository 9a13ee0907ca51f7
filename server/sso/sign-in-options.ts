import type { Database } from '#server/db/open-database.ts';
import { readOnlyWorkspace } from '#server/workspace/index.ts';
import { readIsRequired } from './connection-queries.ts';
import { findConnectionOfDomain } from './domain-queries.ts';
import { domainOf } from './map-claims.ts';

/** By the domain alone: the answer is the same for people who exist and people who do not. */
export async function readSignInOptions(
  db: Database,
  email: string,
): Promise<{ connection: { id: string; name: string } | null; isPasswordOffered: boolean }> {
  const workspace = await readOnlyWorkspace(db);
  const connection = (await findConnectionOfDomain(db, domainOf(email))) ?? null;
  return { connection, isPasswordOffered: workspace === null || !(await readIsRequired(db, workspace.id)) };
}
