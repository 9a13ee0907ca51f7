import type { GitOperation } from '#contract/git-servers.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Services } from '#server/services.ts';
import type { ConnectionRow } from '../connections/connection-queries.ts';
import { insertTokenUse } from './token-use-queries.ts';

/** Writes down that a token was made, and for what; never the token. */
export const recordTokenUse = (
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  connection: Pick<ConnectionRow, 'id' | 'workspace_id'>,
  use: {
    operation: GitOperation;
    repository: string;
    permissions: Readonly<Record<string, string>>;
    expiresAt: Date;
    forWhom: string;
  },
) =>
  insertTokenUse(db, {
    id: newId('gtu'),
    workspace_id: connection.workspace_id,
    connection_id: connection.id,
    repository: use.repository,
    operation: use.operation,
    permissions: JSON.stringify(use.permissions),
    for_whom: use.forWhom,
    at: clock(),
    expires_at: use.expiresAt,
  });
