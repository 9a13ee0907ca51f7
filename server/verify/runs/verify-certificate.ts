import { isDeepStrictEqual } from 'node:util';
import { decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { ProofEvidence, ProofStatement } from '#contract/proofs.ts';
import { followRotations, NotSigned, openSigned, type TrustedKeys } from '#server/audit/index.ts';
import { certificateType, evidenceSum } from './certify-run.ts';

/** What the certificate endpoint answers, and what `reeve prove --certificate` writes. */
export const CertificateFile = z.object({
  statement: ProofStatement,
  jws: z.string(),
  rotations: z.array(z.string()).default([]),
});
export type CertificateFile = z.infer<typeof CertificateFile>;

/** What the cell endpoint answers, as far as it is compared; `reeve prove --evidence` writes several. */
export const EvidenceFile = z.array(
  z.object({
    cell: z.object({ policyName: z.string(), revision: z.number(), clientVersion: z.string() }),
    attempts: z.array(z.object({ attempt: z.string(), evidence: z.array(ProofEvidence) })),
  }),
);
export type EvidenceFile = z.infer<typeof EvidenceFile>;

export interface CertificateReport {
  isValid: boolean;
  /** Which key signed it; null where none did. */
  key: string | null;
  problems: string[];
  /** What could not be compared and is no sign of a change. */
  remarks: string[];
  /** As it was signed; null where the signature does not hold. */
  statement: ProofStatement | null;
  /** Attempts whose evidence was compared with what was signed. */
  evidenceCompared: number;
}

const emptySum = evidenceSum([]);

interface Compared {
  problems: string[];
  remarks: string[];
  compared: number;
}

function compareEvidence({ cells }: ProofStatement, files: EvidenceFile): Compared {
  const problems: string[] = [];
  const remarks: string[] = [];
  let compared = 0;
  for (const { cell, attempts } of files) {
    const name = `${cell.policyName} version ${cell.revision} with Codex ${cell.clientVersion}`;
    const stated = cells.find(
      ({ policy, client }) =>
        policy.name === cell.policyName && policy.revision === cell.revision && client.version === cell.clientVersion,
    );
    if (!stated) problems.push(`The certificate says nothing of ${name}.`);
    let gone = 0;
    for (const { attempt, evidence } of stated ? attempts : []) {
      const signed = stated?.attempts.find((one) => one.attempt === attempt);
      // Evidence of old runs is let go whole; a part that is left out or changed is another matter.
      if (signed && evidence.length === 0 && signed.evidenceSha256 !== emptySum) {
        gone += 1;
        continue;
      }
      compared += 1;
      if (signed?.evidenceSha256 !== evidenceSum(evidence))
        problems.push(`The evidence of ${attempt} (${name}) is not what was signed.`);
    }
    if (gone > 0)
      remarks.push(`The evidence of ${gone} of ${attempts.length} attempts (${name}) is no longer kept: not compared.`);
    const given = new Set(attempts.map(({ attempt }) => attempt));
    for (const { attempt } of stated?.attempts ?? [])
      if (!given.has(attempt)) problems.push(`${attempt} (${name}) was signed and is missing from the evidence file.`);
  }
  return { problems, remarks, compared };
}

/**
 * Whether a certificate says what Reeve signed, by a key that is trusted or that a trusted one vouches for. Needs nothing else. What it
 * claims is what was signed, never what stands beside the signature.
 */
export async function verifyCertificate(
  { statement: beside, jws, rotations }: CertificateFile,
  { keys, evidence = [] }: { keys: TrustedKeys; evidence?: EvidenceFile },
): Promise<CertificateReport> {
  try {
    const statement = await openSigned(jws, await followRotations(keys, rotations), certificateType, ProofStatement);
    const { problems, remarks, compared } = compareEvidence(statement, evidence);
    if (!isDeepStrictEqual(statement, beside))
      problems.unshift('What stands beside the signature is not what was signed.');
    const key = decodeProtectedHeader(jws).kid ?? null;
    return { isValid: problems.length === 0, key, problems, remarks, statement, evidenceCompared: compared };
  } catch (error) {
    if (!(error instanceof NotSigned)) throw error;
    return {
      isValid: false,
      key: null,
      problems: [`The certificate ${error.message}.`],
      remarks: [],
      statement: null,
      evidenceCompared: 0,
    };
  }
}
