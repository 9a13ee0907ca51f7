import { Section } from '#console/ui/Section.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import classes from './Policies.module.css';

interface LookUpTrailProps {
  tried: { groupName: string; policyName: string; matched: boolean }[];
}

/** The lines of the order that were tried, down to the one that decided. */
export function LookUpTrail({ tried }: LookUpTrailProps) {
  if (tried.length === 0) return null;
  return (
    <div className={classes.trail}>
      <Section title="How it was decided">
        <ol className={classes.ordered}>
          {tried.map(({ groupName, policyName, matched }, index) => (
            <li key={groupName} className={classes.rule} data-matched={matched || undefined}>
              <span className={classes.number}>{index + 1}</span>
              <span className={classes.ruleText}>
                Group {groupName} gets {policyName}
              </span>
              <StatusBadge tone={matched ? 'ok' : 'quiet'}>
                {matched ? 'Matches: decides' : 'Not in this group'}
              </StatusBadge>
            </li>
          ))}
        </ol>
      </Section>
    </div>
  );
}
