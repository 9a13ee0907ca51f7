import { record } from '#server/audit/index.ts';
import { isReeveError } from '#server/fail.ts';
import type { KeyHolder } from '#server/http/request-context.ts';
import type { Services } from '#server/services.ts';
import { uuidOf } from '../records/record-ids.ts';

/** What a call is called in AUDIT_LOG, and what it asked for. */
export interface CallFacts {
  action: string;
  data: Record<string, unknown>;
}

const resultOf = (error: unknown): 'BLOCKED' | 'ERROR' =>
  isReeveError(error) && (error.status === 401 || error.status === 403) ? 'BLOCKED' : 'ERROR';

/**
 * Runs a call and writes it to the audit log, before anything is answered: what cannot be recorded is not given out. `facts` may learn
 * more while it runs.
 */
export async function recorded<Answer>(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { actor, workspaceId }: Pick<KeyHolder, 'actor' | 'workspaceId'>,
  facts: CallFacts,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const write = (result: 'SUCCESS' | 'BLOCKED' | 'ERROR') =>
    db.transaction().execute((tx) =>
      record(tx, actor, 'compliance.called', {
        at: clock(),
        subject: { kind: 'workspace', id: workspaceId, label: uuidOf(workspaceId) },
        result,
        ...facts,
      }),
    );
  let answer: Answer;
  try {
    answer = await run();
  } catch (error) {
    await write(resultOf(error));
    throw error;
  }
  await write('SUCCESS');
  return answer;
}
