import { createHash } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import { type ProofStatement, type ProofVerdict, proofVerdicts } from '#contract/proofs.ts';
import type { Certificate } from './certify-run.ts';
import { ink, openPaper, type Paper } from './pdf-paper.ts';

const colors = { held: '#1d7a4c', broken: '#b3261e', partly: '#9a6700', inconclusive: '#5b636e' } as const;

const verdictWords: Record<ProofVerdict, string> = {
  held: 'held',
  broken: 'broken',
  'not-enforced': 'not enforced',
  'not-tried': 'not tried',
  inconclusive: 'inconclusive',
};

const verdictColors: Record<ProofVerdict, string> = {
  held: colors.held,
  broken: colors.broken,
  'not-enforced': colors.partly,
  'not-tried': ink.quiet,
  inconclusive: ink.quiet,
};

const cellWords = { held: 'Held', broken: 'Broken', partly: 'Partly', inconclusive: 'Inconclusive' } as const;

const sentences: Record<ProofStatement['verdict'], string> = {
  held: 'Every constraint that was tried was kept by every client below.',
  broken: 'At least one constraint was broken. What was tried and seen is listed below.',
  partly:
    'What was tried was kept, save for what a client version does not enforce. That is listed below, and counts as no pass.',
  inconclusive: 'Nothing was broken, but at least one attempt failed itself, so it proves nothing.',
};

/** `26 November 2026, 19:05 UTC` */
const at = (iso: string): string =>
  `${new Date(iso).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).replace(' at ', ', ')} UTC`;

type StatedCell = ProofStatement['cells'][number];

const policyIn = ({ policy }: StatedCell): string =>
  policy.revision === 0 ? policy.name : `${policy.name}, version ${policy.revision}`;

const matrix = (paper: Paper, cells: readonly StatedCell[]) =>
  paper.table(
    [
      { title: 'Policy', share: 0.28 },
      { title: 'Client', share: 0.14 },
      { title: 'Verdict', share: 0.13 },
      { title: 'Held', share: 0.08, align: 'right' },
      { title: 'Broken', share: 0.09, align: 'right' },
      { title: 'Not enf.', share: 0.09, align: 'right' },
      { title: 'Not tried', share: 0.09, align: 'right' },
      { title: 'Inconcl.', share: 0.1, align: 'right' },
    ],
    cells.map((cell) => [
      { text: policyIn(cell) },
      { text: `Codex ${cell.client.version}` },
      { text: cellWords[cell.verdict], color: colors[cell.verdict], isBold: true },
      ...proofVerdicts.map((verdict) => {
        const count = cell.counts[verdict];
        return { text: String(count), color: count === 0 ? ink.quiet : verdictColors[verdict] };
      }),
    ]),
  );

/** One line for each thing a client does not keep. */
const listOf = (cells: readonly StatedCell[], verdict: ProofVerdict): string[] =>
  cells.flatMap((cell) =>
    cell.attempts
      .filter((attempt) => attempt.verdict === verdict)
      .map(
        ({ title, constraint, observed }) =>
          `${constraint} of ${policyIn(cell)} by Codex ${cell.client.version}: ${title}. ${observed}`,
      ),
  );

function section(paper: Paper, title: string, intro: string, items: readonly string[]): void {
  if (items.length === 0) return;
  paper.heading(title);
  paper.write(intro, { color: ink.quiet });
  paper.bullets(items);
}

const doesNotProve = [
  'What another client version, another version of a policy, or a machine that was changed by its owner would do.',
  'Constraints that were not tried; they are counted above and named in the list of attempts.',
  'That a user of a machine cannot run programs other than Codex. What a client enforces binds the client; what the gateway refuses binds everybody.',
  'Anything about the time after the proof. Prove again when a policy or a client changes, or by schedule.',
];

function attempts(paper: Paper, cell: StatedCell): void {
  paper.heading(`${policyIn(cell)} with Codex ${cell.client.version}`);
  paper.write(`SHA-256 of the documents: ${cell.policy.sha256}`, { size: 7.5, color: ink.quiet, after: 1 });
  paper.write(`SHA-256 of the client: ${cell.client.sha256}`, { size: 7.5, color: ink.quiet, after: 6 });
  paper.table(
    [
      { title: 'Attempt', share: 0.22 },
      { title: 'Constraint', share: 0.23 },
      { title: 'Observed', share: 0.42 },
      { title: 'Verdict', share: 0.13 },
    ],
    cell.attempts.map((attempt) => [
      { text: attempt.title },
      { text: attempt.constraint, color: ink.quiet },
      { text: attempt.observed },
      {
        text: verdictWords[attempt.verdict],
        color: verdictColors[attempt.verdict],
        isBold: attempt.verdict !== 'held',
      },
    ]),
  );
}

/** SHA-256 of the signature's text, by which paper and file are compared. */
export const fingerprintOf = (jws: string): string => createHash('sha256').update(jws).digest('hex');

function signature(paper: Paper, { statement, jws }: Pick<Certificate, 'statement' | 'jws'>): void {
  paper.heading('Signature');
  paper.write(
    'This paper shows what the certificate says; the certificate is the file beside it. Both have the same fingerprint.',
    { color: ink.quiet },
  );
  paper.facts([
    ['Certificate', statement.certificateId],
    ['Signed with', `EdDSA (Ed25519), key ${decodeProtectedHeader(jws).kid ?? ''}`],
    ['Fingerprint', fingerprintOf(jws)],
    ...(statement.audit === null
      ? []
      : [['Audit log', `${statement.audit.size} entries, root ${statement.audit.root}`] as const]),
  ]);
  paper.space(4);
  paper.write(
    'To verify it anywhere, without a server: fetch the file under Verify in the console or with `reeve prove`, the public key under Audit, and run',
    { after: 4 },
  );
  paper.write('reeve audit verify certificate.json --public-key public-key.json', {
    font: 'Courier',
    size: 9,
    indent: 12,
  });
}

/** The certificate to print: A4, in the fonts that every reader has. */
export function certificatePdf({ statement, jws }: Pick<Certificate, 'statement' | 'jws'>): Promise<Buffer> {
  const { workspace, run, cells, verdict } = statement;
  const title = `Enforcement proof ${run.number} of ${workspace.name}`;
  const paper = openPaper({ title, author: `Reeve at ${statement.origin}`, createdAt: new Date(statement.issuedAt) });
  paper.write('REEVE', { size: 9, font: 'Helvetica-Bold', color: ink.quiet, after: 2 });
  paper.write('Enforcement proof', { size: 24, font: 'Helvetica-Bold', after: 2 });
  paper.write('What the stock Codex client did when it was brought to break a policy', {
    size: 11,
    color: ink.quiet,
    after: 16,
  });
  paper.band(cellWords[verdict], sentences[verdict], colors[verdict]);
  paper.facts([
    ['Workspace', workspace.name],
    ['Proved at', statement.origin],
    ['By', `Reeve ${statement.reeveVersion}, proof ${run.number}, started by ${run.startedBy}`],
    ['Time', `${at(run.startedAt)} to ${at(run.finishedAt)}`],
    ['Issued', at(statement.issuedAt)],
  ]);
  paper.heading('Policies and clients');
  matrix(paper, cells);
  section(paper, 'Broken', 'The client was brought past these:', listOf(cells, 'broken'));
  section(
    paper,
    'Not enforced',
    'These client versions do not enforce this. It was not kept, and counts as no pass:',
    listOf(cells, 'not-enforced'),
  );
  paper.heading('What this does not prove');
  paper.bullets(doesNotProve);
  signature(paper, { statement, jws });
  paper.newPage();
  paper.write('Every attempt', { size: 16, font: 'Helvetica-Bold', after: 4 });
  for (const cell of cells) attempts(paper, cell);
  return paper.finish(`${title} · ${statement.certificateId}`);
}
