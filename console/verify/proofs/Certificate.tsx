import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { ProofStatement } from '#contract/proofs.ts';
import classes from './Certificate.module.css';
import { keyIdOf, useSha256 } from './certificate-marks.ts';
import { sayVerdict, verdictSentence } from './proof-words.ts';
import { VerdictCounts } from './VerdictCounts.tsx';

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'long', timeZone: 'UTC' });
const sayMoment = (at: string) => moment.format(new Date(at));

type Cell = ProofStatement['cells'][number];

/** What is signed, in words, with what somebody needs to check it without this server. */
export function Certificate({ statement, jws }: { statement: ProofStatement; jws: string }) {
  const { run, verdict, workspace, origin } = statement;
  const fingerprint = useSha256(jws);
  return (
    <article className={classes.certificate} aria-label="Certificate">
      <p className={classes.kind}>Certificate of enforcement</p>
      <p className={classes.statement}>
        In {workspace.name}, {verdictWordsOf(statement)}
      </p>
      <p className={classes.explain}>{verdictSentence(verdict, sumOf(statement), null)}</p>
      <Facts
        items={[
          ['Workspace', `${workspace.name}, ${origin}`],
          ['Proof', `${run.number}, started by ${shortName(run.startedBy)}`],
          ['Begun', sayMoment(run.startedAt)],
          ['Ended', sayMoment(run.finishedAt)],
          ['Issued', sayMoment(statement.issuedAt)],
          ['Reeve', statement.reeveVersion],
          [
            'Audit log',
            statement.audit &&
              `entry ${statement.audit.size} of chain ${statement.audit.chain}, root ${statement.audit.root}`,
          ],
          ['Certificate', <code key="id">{statement.certificateId}</code>],
          ['Signed with key', <code key="key">{keyIdOf(jws) ?? 'not named'}</code>],
          ['Fingerprint (SHA-256)', <code key="print">{fingerprint ?? '…'}</code>],
        ]}
      />
      {statement.cells.map((cell) => (
        <ProvenCell key={`${cell.policy.sha256}-${cell.policy.name}-${cell.client.version}`} cell={cell} />
      ))}
      <section className={classes.part} aria-label="What it does not prove">
        <h2 className={classes.title}>What it does not prove</h2>
        <ul className={classes.findings}>
          <li>What another client, another version of a policy, or a machine that its owner changed would do.</li>
          <li>What was not tried; it is counted above.</li>
          <li>That somebody runs no other program than Codex: only what the gateway refuses binds everybody.</li>
          <li>Anything about the time after it.</li>
        </ul>
      </section>
      <section className={classes.part} aria-label="How to verify it">
        <h2 className={classes.title}>How to verify it without this server</h2>
        <p className={classes.explain}>
          Take the certificate as JSON and the public key of the audit log, which you keep from an earlier day, and run:
        </p>
        <CommandBlock
          label="Verify"
          isWrapped
          text={`reeve audit verify reeve-proof-${run.number}.json \\\n  --public-key reeve-audit-public-key.json`}
        />
        <p className={classes.away}>
          The public key is under <TextLink to={paths.audit}>Audit</TextLink>, Export. The signature is a JWS (RFC 7515)
          with EdDSA, which other programs can check, too.
        </p>
      </section>
    </article>
  );
}

const verdictWordsOf = ({ cells }: ProofStatement): string => {
  const held = cells.filter(({ verdict }) => verdict === 'held').length;
  return held === cells.length
    ? `the stock client kept ${cells.length === 1 ? 'the policy it was tried with' : `all ${cells.length} combinations of policy and client that were tried`}.`
    : `the stock client kept ${held} of ${cells.length} combinations of policy and client that were tried.`;
};

const sumOf = ({ cells }: ProofStatement): Cell['counts'] => {
  const sum: Cell['counts'] = { held: 0, broken: 0, 'not-enforced': 0, 'not-tried': 0, inconclusive: 0 };
  for (const { counts } of cells)
    for (const verdict of Object.keys(sum) as (keyof typeof sum)[]) sum[verdict] += counts[verdict];
  return sum;
};

function ProvenCell({ cell: { policy, client, verdict, counts, attempts } }: { cell: Cell }) {
  const { tone, word } = sayVerdict(verdict, counts);
  const worth = attempts.filter((attempt) => attempt.verdict !== 'held');
  return (
    <section className={classes.part} aria-label={`${policy.name} with ${client.version}`}>
      <div className={classes.cellHead}>
        <h2 className={classes.title}>
          {policy.name}
          {policy.revision > 0 && `, version ${policy.revision},`} with {client.version}
        </h2>
        <StatusBadge tone={tone}>{word}</StatusBadge>
      </div>
      <VerdictCounts counts={counts} />
      {worth.length > 0 && (
        <ul className={classes.findings}>
          {worth.map(({ attempt, title, observed, verdict: found }) => (
            <li key={attempt}>
              <strong>{found === 'not-enforced' ? `Not enforced by ${client.version}` : findingWords[found]}:</strong>{' '}
              <Sentence text={`${title}. ${observed}`} />
            </li>
          ))}
        </ul>
      )}
      <dl className={classes.hashes}>
        <dt>Policy</dt>
        <dd>{policy.sha256}</dd>
        <dt>Client</dt>
        <dd>{client.sha256}</dd>
      </dl>
    </section>
  );
}

const findingWords = {
  broken: 'Broken',
  inconclusive: 'Inconclusive',
  'not-tried': 'Not tried',
  held: 'Held',
} as const;
