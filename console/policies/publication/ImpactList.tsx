import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { PolicyImpact } from '#contract/policies.ts';
import classes from './Publication.module.css';

type Change = PolicyImpact['changed'][number];

const looks: Record<Change['kind'], { tone: Tone; word: string }> = {
  'new-version': { tone: 'info', word: 'New version' },
  gains: { tone: 'ok', word: 'Gain' },
  loses: { tone: 'warn', word: 'Lose' },
  changes: { tone: 'info', word: 'Change' },
};

const shownGroups = 12;

/** Who gets something else at the next start of their client. */
export function ImpactList({ impact, policyName }: { impact: PolicyImpact; policyName: string }) {
  const { changed, byGroup, elsewhere, unchanged } = impact;
  if (changed.length === 0)
    return (
      <p className={classes.line}>
        Nobody gets anything else: {policyName} decides for nobody now.{' '}
        <TextLink to={paths.policyOrder}>Assign it</TextLink> after it is published.
      </p>
    );
  const groups = byGroup.slice(0, shownGroups);
  const rest = byGroup.slice(shownGroups).reduce((sum, { members }) => sum + members, 0);
  return (
    <>
      <ul className={classes.impact}>
        {changed.map((change) => (
          <li key={`${change.kind}-${change.from}-${change.to}`}>
            <StatusBadge tone={looks[change.kind].tone}>{looks[change.kind].word}</StatusBadge>
            <span>{sayChange(change)}</span>
          </li>
        ))}
      </ul>
      <p className={classes.quiet}>
        {groups.length > 0 && (
          <>
            By group: {groups.map(({ groupName, members }) => `${groupName} ${formatCount(members)}`).join(', ')}
            {rest > 0 && `, more groups ${formatCount(rest)}`}
            {elsewhere > 0 && `, by the fallback ${formatCount(elsewhere)}`}.{' '}
          </>
        )}
        {groups.length === 0 && elsewhere > 0 && <>All of them by the fallback. </>}
        {countOf(unchanged, 'member keeps', 'members keep')} what they have. Clients that run now go on with the old
        version until they are restarted, or the grace in Settings ends.
      </p>
    </>
  );
}

function sayChange({ kind, from, to, members }: Change): string {
  const who = countOf(members, 'member');
  if (kind === 'new-version') return `${who} will get the new version of ${to} at their next start.`;
  if (kind === 'gains') return `${who} will get ${to}; they have no policy now.`;
  if (kind === 'loses') return `${who} will have no policy any more; they have ${from} now.`;
  return `${who} will get ${to ?? 'no policy'} instead of ${from ?? 'none'}.`;
}
