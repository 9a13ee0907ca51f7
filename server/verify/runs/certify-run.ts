import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { decodeJwt } from 'jose';
import { type ProofEvidence, ProofStatement } from '#contract/proofs.ts';
import { publicKeys, record, signStatement, systemActor } from '#server/audit/index.ts';
import { newId } from '#server/crypto/ids.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { version } from '#server/version.ts';
import { type CellRow, listAttempts, listCells } from './cell-queries.ts';
import { findCertificate, insertCertificate, readWorkspaceName } from './certificate-queries.ts';
import { fullCounts } from './read-runs.ts';
import { findRun, type RunWithSums } from './run-queries.ts';

/** What is signed under this type is a certificate and nothing else. */
export const certificateType = 'reeve-enforcement-proof+jws';

/** SHA-256 of the RFC 8785 form, in hexadecimal: the database keeps no order of keys. */
export const evidenceSum = (evidence: readonly ProofEvidence[]): string =>
  createHash('sha256')
    .update(canonicalize(evidence) ?? '')
    .digest('hex');

async function statedCell(db: Database, cell: CellRow): Promise<ProofStatement['cells'][number]> {
  const attempts = await listAttempts(db, cell.workspace_id, cell.id);
  return {
    policy: { name: cell.policy_name, revision: cell.revision, sha256: cell.policy_sha256 },
    client: { version: cell.client_version, sha256: cell.client_sha256 ?? '' },
    verdict: cell.verdict ?? 'inconclusive',
    counts: fullCounts(cell.counts),
    attempts: attempts.map((row) => ({
      attempt: row.attempt,
      title: row.title,
      constraint: row.constraint_path,
      verdict: row.verdict,
      expected: row.expected,
      observed: row.observed,
      evidenceSha256: evidenceSum(row.evidence),
    })),
  };
}

async function stateRun(
  db: Database,
  { clock, origin }: Pick<Services, 'clock' | 'origin'>,
  { run, certificateId, audit }: { run: RunWithSums; certificateId: string; audit: ProofStatement['audit'] },
): Promise<ProofStatement> {
  const { id, number, workspace_id: workspaceId, verdict, started_at: startedAt, finished_at: finishedAt } = run;
  if (verdict === null || startedAt === null || finishedAt === null) throw new ReeveError('proof-not-finished');
  const cells = [];
  for (const cell of await listCells(db, workspaceId, id)) cells.push(await statedCell(db, cell));
  return {
    v: 1,
    kind: 'reeve-enforcement-proof',
    certificateId,
    workspace: { id: workspaceId, name: await readWorkspaceName(db, workspaceId) },
    origin,
    reeveVersion: version,
    run: {
      id,
      number,
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt.toISOString(),
      startedBy: run.started_by,
    },
    verdict,
    cells,
    audit,
    issuedAt: clock().toISOString(),
  };
}

/**
 * Signs what a run that is done has shown, once, in the transaction that ends it: whoever sees its end sees its certificate. What it says
 * never changes, whatever becomes of the run's evidence.
 * @param audit how the audit log stood, from `newestCheckpoint`
 */
export async function certifyIn(
  tx: Database,
  services: Pick<Services, 'clock' | 'origin' | 'secrets'>,
  { workspaceId, runId, audit }: { workspaceId: string; runId: string; audit: ProofStatement['audit'] },
): Promise<void> {
  const run = await findRun(tx, workspaceId, runId);
  if (run?.state !== 'done' || run.certificate_id !== null) return;
  const id = newId('cert');
  const claims = await stateRun(tx, services, { run, certificateId: id, audit });
  const at = new Date(claims.issuedAt);
  const { jws, kid } = await signStatement(tx, services, { typ: certificateType, claims });
  await insertCertificate(tx, { id, run_id: runId, workspace_id: workspaceId, issued_at: at, jws });
  await record(tx, systemActor('Reeve', workspaceId), 'proof.certified', {
    at,
    subject: { kind: 'proof', id: runId, label: `Proof ${run.number}` },
    certificateId: id,
    verdict: claims.verdict,
    key: kid,
  });
}

export interface Certificate {
  statement: ProofStatement;
  jws: string;
  keys: Record<string, unknown>[];
  rotations: string[];
}

/** @throws ReeveError not-found; proof-not-finished, also for a run that failed or was stopped */
export async function readCertificate(db: Database, workspaceId: string, runId: string): Promise<Certificate> {
  const run = await findRun(db, workspaceId, runId);
  if (!run) throw new ReeveError('not-found', { runId });
  const row = await findCertificate(db, workspaceId, runId);
  if (!row)
    throw new ReeveError(
      'proof-not-finished',
      { runId, state: run.state },
      run.state === 'failed' || run.state === 'cancelled'
        ? { message: 'This proof did not come to its end, so there is no certificate. Start it again.' }
        : undefined,
    );
  const { keys, rotations } = await publicKeys(db);
  return {
    statement: ProofStatement.parse(decodeJwt(row.jws)),
    jws: row.jws,
    keys: keys.map((key) => ({ ...key })),
    rotations,
  };
}
