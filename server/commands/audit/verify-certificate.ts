import { readFile } from 'node:fs/promises';
import type { TrustedKeys } from '#server/audit/index.ts';
import { Refused } from '#server/refused.ts';
import { CertificateFile, EvidenceFile, verifyCertificate } from '#server/verify/index.ts';
import { say, sayJson } from '../policies/terminal.ts';
import { auditExitCodes } from './exit-codes.ts';

/** Whether a file that begins so is a certificate of a proof; an export has one object of its own on each line. */
export function isCertificate(firstLine: string): boolean {
  if (/^\s*\{\s*$/.test(firstLine)) return true;
  try {
    const parsed: unknown = JSON.parse(firstLine);
    return typeof parsed === 'object' && parsed !== null && 'jws' in parsed && 'statement' in parsed;
  } catch {
    return false;
  }
}

async function readEvidence(paths: readonly string[]): Promise<EvidenceFile> {
  const read: EvidenceFile = [];
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new Refused(`--evidence: cannot read ${path} (${cause.code}).`, { cause });
    });
    try {
      const parsed: unknown = JSON.parse(text);
      read.push(...EvidenceFile.parse(Array.isArray(parsed) ? parsed : [parsed]));
    } catch (cause) {
      throw new Refused(`--evidence: ${path} is no evidence of a proof, as \`reeve prove --evidence\` writes it.`, {
        cause,
      });
    }
  }
  return read;
}

function readCertificate(path: string, text: string): CertificateFile {
  try {
    return CertificateFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new Refused(`${path} is neither an export of an audit log nor a certificate of a proof.`, { cause });
  }
}

/** Tells whether a certificate holds, and what it claims. */
export async function checkCertificate(
  path: string,
  text: string,
  { keys, evidence, json }: { keys: TrustedKeys; evidence: readonly string[]; json: boolean },
): Promise<void> {
  const file = readCertificate(path, text);
  const report = await verifyCertificate(file, { keys, evidence: await readEvidence(evidence) });
  const { isValid, problems, remarks, statement, evidenceCompared, key } = report;
  if (!isValid) process.exitCode = auditExitCodes.invalid;
  if (json) return sayJson(report);
  for (const problem of problems) say(problem);
  if (statement) {
    const { workspace, run, cells, origin } = statement;
    say(`${workspace.name} at ${origin}: proof ${run.number} of ${run.finishedAt}, ${statement.verdict}.`);
    for (const { policy, client, verdict, counts } of cells)
      say(
        `  ${policy.name}${policy.revision === 0 ? '' : ` version ${policy.revision}`} with Codex ${client.version}: ${verdict} (${counts.held} held, ${counts.broken} broken, ${counts['not-enforced']} not enforced, ${counts['not-tried']} not tried, ${counts.inconclusive} inconclusive)`,
      );
    say(
      evidence.length > 0
        ? `The evidence of ${evidenceCompared} attempts was compared with what was signed.`
        : 'note: no evidence was given (--evidence): what was tried and seen is not compared.',
    );
    for (const remark of remarks) say(`note: ${remark}`);
  }
  say(isValid ? `Valid: signed with the key ${key}, issued ${statement?.issuedAt}.` : 'NOT VALID.');
}
