import type { Database } from '#server/db/open-database.ts';

interface Which {
  id: string;
  epoch: number;
  /** Only where no heartbeat has named the lease: nothing runs. */
  ifUnheard?: boolean;
}

/** The lease, if it is the present one; nobody else ends or takes it before the commit. */
export const lockForPuttingBack = (tx: Database, workspaceId: string, { id, epoch, ifUnheard = false }: Which) =>
  tx
    .selectFrom('cloud_attempts')
    .select(['losses', 'diff_blob', 'session_blob'])
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('epoch', '=', epoch)
    .where('lease_until', 'is not', null)
    .$if(ifUnheard, (query) => query.where('heard_epoch', 'is distinct from', epoch))
    .forUpdate()
    .executeTakeFirst();

/** Back into the queue, where it was: it keeps its age. Of what the former lease left only the log and the requests stay. */
export const putBackRow = (tx: Database, workspaceId: string, { id, isLoss }: { id: string; isLoss: boolean }) =>
  tx
    .updateTable('cloud_attempts')
    .set((by) => ({
      state: 'queued',
      runner_id: null,
      driver: null,
      lease_until: null,
      claimed_at: null,
      losses: isLoss ? by('losses', '+', 1) : by.ref('losses'),
      diff_blob: null,
      is_diff_final: false,
      files_modified: null,
      lines_added: null,
      lines_removed: null,
      session_blob: null,
      base_commit: null,
      is_from_cache: null,
      first_model_call_at: null,
    }))
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .execute();
