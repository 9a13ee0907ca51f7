import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { formatCount } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { VerifyCheck } from '#contract/setup.ts';
import classes from './Checks.module.css';
import { answerOf, countByState, statesInOrder, stateWords } from './check-words.ts';

/** The answer first, then how many of each, then where the other two answers are. */
export function CheckAnswer({ checks }: { checks: readonly VerifyCheck[] }) {
  const { tone, title } = answerOf(checks);
  const counts = countByState(checks);
  return (
    <div className={classes.answer}>
      <Notice tone={tone} title={title} />
      <dl className={classes.counts}>
        {statesInOrder.map((state) => (
          <div key={state} className={classes.count}>
            <dt>
              <StatusBadge tone={stateWords[state].tone}>{stateWords[state].word}</StatusBadge>
            </dt>
            <dd className={classes.figure}>{formatCount(counts[state])}</dd>
          </div>
        ))}
      </dl>
      <ul className={classes.others}>
        <LastProofLine check={checks.find(({ id }) => id === 'last-proof')} />
        <EstateLine />
      </ul>
    </div>
  );
}

function LastProofLine({ check }: { check: VerifyCheck | undefined }) {
  if (!check) return null;
  return (
    <li>
      <strong>Proofs.</strong> {check.evidence} <TextLink to={paths.proofs}>See the proofs</TextLink>
    </li>
  );
}

function EstateLine() {
  const { data } = useQuery(api.estate.summary.queryOptions());
  if (!data) return null;
  const { members, versions, minimum } = data;
  const below =
    minimum.version === null
      ? 'No minimum is set.'
      : minimum.membersBelow === 0
        ? `Nobody is below ${minimum.version}.`
        : `${formatCount(minimum.membersBelow)} below ${minimum.version}.`;
  return (
    <li>
      <strong>Clients in the field.</strong>{' '}
      {members === 0
        ? 'No client was seen in the last 30 days.'
        : `${formatCount(members)} ${members === 1 ? 'member runs' : 'members run'} ${versions.length} ${versions.length === 1 ? 'version' : 'versions'}. ${below}`}{' '}
      <TextLink to={paths.estate}>See the clients</TextLink>
    </li>
  );
}
