import { Text } from '@mantine/core';
import { ArrowRight, ArrowUp, type LucideIcon, Minus, Plus } from 'lucide-react';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { ScrollRegion } from '#console/ui/ScrollRegion.tsx';
import type { PolicyImpact } from '#contract/policies.ts';
import classes from './ImpactSummary.module.css';

const signs: Record<PolicyImpact['changed'][number]['kind'], LucideIcon> = {
  gains: Plus,
  loses: Minus,
  changes: ArrowRight,
  'new-version': ArrowUp,
};

function Sign({ kind }: Pick<PolicyImpact['changed'][number], 'kind'>) {
  const Icon = signs[kind];
  return <Icon className={classes.sign} size={16} aria-hidden />;
}

function Change({ from, to, kind }: PolicyImpact['changed'][number]) {
  if (kind === 'new-version')
    return (
      <>
        a new version of <strong>{to}</strong>
      </>
    );
  return (
    <>
      <strong>{to ?? 'no policy'}</strong> instead of {from ?? 'none'}
    </>
  );
}

/** Who gets something else, counted: the first thing to read before a change. */
export function ImpactSummary({ impact: { changed, unchanged, byGroup, elsewhere } }: { impact: PolicyImpact }) {
  const total = changed.reduce((sum, { members }) => sum + members, 0);
  if (total === 0)
    return (
      <Text>Nobody gets another policy. {countOf(unchanged, 'member keeps', 'members keep')} what they have.</Text>
    );
  return (
    <div>
      <p className={classes.answer}>
        {countOf(total, 'member gets', 'members get')} something else at their next start.
      </p>
      <ul className={classes.changes}>
        {changed.map((change) => (
          <li key={`${change.kind} ${change.from} ${change.to}`} data-kind={change.kind}>
            <Sign kind={change.kind} />
            <span>
              {countOf(change.members, 'member gets', 'members get')} <Change {...change} />
            </span>
          </li>
        ))}
      </ul>
      {byGroup.length > 0 && (
        <ScrollRegion label="Changed members by group" className={classes.groups}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">By the group that decides</th>
                <th scope="col">Members</th>
              </tr>
            </thead>
            <tbody>
              {byGroup.map(({ groupId, groupName, members }) => (
                <tr key={groupId}>
                  <td>{groupName}</td>
                  <td>{formatCount(members)}</td>
                </tr>
              ))}
              {elsewhere > 0 && (
                <tr>
                  <td>No group decides: the fallback, or nothing</td>
                  <td>{formatCount(elsewhere)}</td>
                </tr>
              )}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      <p className={classes.rest}>{countOf(unchanged, 'member keeps', 'members keep')} what they have.</p>
    </div>
  );
}
