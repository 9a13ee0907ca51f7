import { Button } from '@mantine/core';
import { useState } from 'react';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { Section } from '#console/ui/Section.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { PolicyFinding } from '#contract/policy-delivery.ts';
import classes from './LookUp.module.css';

type Tried = PolicyFinding['tried'][number];

/** More than this many rules that did not fit say nothing; the ones next to the match do. */
const most = 5;

function Rule({ rule, children }: { rule: Tried; children: React.ReactNode }) {
  return (
    <li className={classes.rule} data-matched={rule.matched || undefined}>
      <span className={classes.number}>{formatCount(rule.position + 1)}</span>
      <span className={classes.ruleText}>
        {rule.groupName} gets{' '}
        <TextLink to={paths.policy} params={{ id: rule.policyId }} inherit>
          {rule.policyName}
        </TextLink>
      </span>
      {children}
    </li>
  );
}

/** The lines of the order that were tried, down to the one that decided, and later ones that fit as well. */
export function LookUpTrail({
  tried,
  alsoMatching,
  matchedAt,
}: Pick<PolicyFinding, 'tried' | 'alsoMatching' | 'matchedAt'>) {
  const [isWhole, setWhole] = useState(false);
  if (tried.length === 0) return null;
  const hidden = isWhole ? 0 : Math.max(0, tried.length - most);
  return (
    <Section title="How it was decided">
      {hidden > 0 && (
        <Button variant="subtle" size="compact-sm" mb={8} onClick={() => setWhole(true)}>
          Show {countOf(hidden, 'rule')} before that {hidden === 1 ? 'does' : 'do'} not fit
        </Button>
      )}
      <ol className={classes.rules}>
        {tried.slice(hidden).map((rule) => (
          <Rule key={rule.position} rule={rule}>
            <StatusBadge tone={rule.matched ? 'ok' : 'quiet'}>
              {rule.matched ? 'Matches: decides' : 'Not in this group'}
            </StatusBadge>
          </Rule>
        ))}
        {matchedAt === null && (
          <li className={classes.rule}>
            <span className={classes.number} />
            <span className={classes.ruleText}>None of the rules fits: the fallback decides.</span>
          </li>
        )}
        {alsoMatching.map((rule) => (
          <Rule key={rule.position} rule={rule}>
            <StatusBadge tone="off">Would match, comes too late</StatusBadge>
          </Rule>
        ))}
      </ol>
    </Section>
  );
}
