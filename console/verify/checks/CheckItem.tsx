import { TextLink } from '#console/shell/TextLink.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { VerifyCheck } from '#contract/setup.ts';
import classes from './Checks.module.css';
import { areaWords, stateWords } from './check-words.ts';

/** What was found, since when, and what to do. What was measured is folded away. */
export function CheckItem({ check }: { check: VerifyCheck }) {
  const { title, area, state, evidence, next, path, facts, since, checkedAt } = check;
  const { word, tone } = stateWords[state];
  return (
    <li className={classes.item} data-state={state} id={check.id}>
      <div className={classes.head}>
        <StatusBadge tone={tone}>{word}</StatusBadge>
        <h3 className={classes.title}>{title}</h3>
        <span className={classes.area}>{areaWords[area]}</span>
      </div>
      <p className={classes.evidence}>{evidence}</p>
      {next && state !== 'ok' && (
        <p className={classes.next}>
          {next} {path && <TextLink to={path}>Go there</TextLink>}
        </p>
      )}
      <div className={classes.foot}>
        <span>
          First found so <RelativeTime at={since} />, looked at <RelativeTime at={checkedAt} />
        </span>
        {facts.length > 0 && (
          <details className={classes.facts}>
            <summary>What was measured</summary>
            <Facts items={facts.map(({ label, value }) => [label, value])} />
          </details>
        )}
      </div>
    </li>
  );
}
