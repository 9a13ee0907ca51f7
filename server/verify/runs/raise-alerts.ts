import type { ProofAlert } from '#contract/proofs.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { createMailer } from '#server/mail/create-mailer.ts';
import { listHolderEmails } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { insertAlerts, listKnownSentences } from './alert-queries.ts';
import { type CellRow, findFormerCell, listAttempts, listSameDocuments } from './cell-queries.ts';
import { brokenIn, type ComparedCell, driftBetween, nearestOlder } from './compare-cells.ts';

export interface NewAlert {
  kind: ProofAlert['kind'];
  sentence: string;
  /** Null: no run came of it. */
  runId: string | null;
  cellId: string | null;
}

async function comparedOf(db: Database, cell: CellRow): Promise<ComparedCell> {
  const rows = await listAttempts(db, cell.workspace_id, cell.id);
  return {
    policyName: cell.policy_name,
    revision: cell.revision,
    clientVersion: cell.client_version,
    attempts: rows.map(({ attempt, constraint_path: constraint, verdict }) => ({ attempt, constraint, verdict })),
  };
}

/** What a cell that is done has to say: compared with the next older client, and with the proof before. */
export async function findAlerts(db: Database, cell: CellRow): Promise<NewAlert[]> {
  const now = await comparedOf(db, cell);
  const earlier = [
    nearestOlder(cell.client_version, await listSameDocuments(db, cell)),
    await findFormerCell(db, cell),
  ].filter((one) => one !== undefined);
  const about = { runId: cell.run_id, cellId: cell.id };
  const alerts: NewAlert[] = [];
  const broken = brokenIn(now);
  if (broken !== null) alerts.push({ kind: 'broken', sentence: broken, ...about });
  for (const one of earlier) {
    const drift = driftBetween(now, await comparedOf(db, one));
    if (drift !== null) alerts.push({ kind: 'drift', sentence: drift, ...about });
  }
  return alerts;
}

/** Keeps what was not said before, in the caller's transaction. @returns what is new */
export async function raiseAlertsIn(
  tx: Database,
  { workspaceId, at: raised_at }: { workspaceId: string; at: Date },
  alerts: readonly NewAlert[],
): Promise<NewAlert[]> {
  const known = await listKnownSentences(
    tx,
    workspaceId,
    alerts.map(({ sentence }) => sentence),
  );
  const fresh = alerts.filter(({ sentence }) => !known.has(sentence));
  const rows = fresh.map(({ kind, sentence, runId, cellId }) => ({
    id: newId('pra'),
    workspace_id: workspaceId,
    kind,
    sentence,
    run_id: runId,
    cell_id: cellId,
    raised_at,
  }));
  await insertAlerts(tx, rows);
  return fresh;
}

/** Keeps what was not said before. @returns what is new */
export const raiseAlerts = (
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
  alerts: readonly NewAlert[],
): Promise<NewAlert[]> => db.transaction().execute((tx) => raiseAlertsIn(tx, { workspaceId, at: clock() }, alerts));

/** By mail to whoever may start proofs, where mail is set up. One mail for all that a run found. */
export async function mailAlerts(
  services: Pick<Services, 'db' | 'config' | 'log' | 'origin'>,
  { workspaceId, number, alerts }: { workspaceId: string; number: number; alerts: readonly NewAlert[] },
): Promise<void> {
  const mailer = createMailer(services);
  try {
    if (!mailer.isSetUp || alerts.length === 0) return;
    const [first] = alerts;
    const text = [
      `Proof ${number} found something that does not hold:`,
      '',
      ...alerts.map(({ sentence }) => `- ${sentence}`),
      '',
      'What was tried, and what the client and Reeve said, is here:',
      `${services.origin}/verify/proofs/${first?.runId}`,
      '',
    ].join('\n');
    const subject = alerts.length === 1 ? (first?.sentence ?? '') : `Proof ${number} found ${alerts.length} things`;
    for (const to of await listHolderEmails(services.db, workspaceId, 'verify.run'))
      await mailer.send({ to, subject: subject.slice(0, 180), text });
  } finally {
    mailer.close();
  }
}
