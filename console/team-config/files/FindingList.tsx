import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { TeamConfigFinding } from '#contract/team-config-files.ts';
import { sayFindings, severityLooks } from '../bundle-words.ts';
import type { BundleCheck } from '../use-bundle-check.ts';
import classes from './Files.module.css';

interface FindingListProps {
  check: Pick<BundleCheck, 'findings' | 'policyName' | 'isCurrent'>;
  /** The choice of what they are checked under. */
  under?: ReactNode;
  onJump?: (finding: TeamConfigFinding) => void;
}

function verdictOf({ findings, policyName, isCurrent }: FindingListProps['check']): string {
  if (!isCurrent) return 'Checking…';
  const under = policyName === null ? '' : ` under ${policyName}`;
  const found = sayFindings(findings);
  if (found === null) return `Nothing is wrong with these files${under}.`;
  const stops = findings.some(({ severity }) => severity === 'error');
  return `${found}${under}${stops ? ': clients would not take these files as they are.' : '. Nothing keeps a client from taking these files.'}`;
}

/** The same findings as at the lines, for reading in order, by keyboard and by screen reader. */
export function FindingList({ check, under, onJump }: FindingListProps) {
  return (
    <section aria-label="Findings">
      <div className={classes.verdictRow}>
        <p role="status" className={classes.verdict}>
          {verdictOf(check)}
        </p>
        {under}
      </div>
      {check.findings.length > 0 && (
        <ul className={classes.list} aria-label="Findings">
          {check.findings.map((finding) => (
            <li
              key={`${finding.file}-${finding.code}-${finding.line}-${finding.column}-${finding.message}`}
              className={classes.finding}
            >
              <StatusBadge tone={severityLooks[finding.severity].tone}>
                {severityLooks[finding.severity].word}
              </StatusBadge>
              <Place finding={finding} onJump={onJump} />
              <span className={classes.message}>
                <Sentence text={finding.message} />
                {finding.fix && (
                  <span className={classes.fix}>
                    <Sentence text={finding.fix} />
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Place({ finding, onJump }: { finding: TeamConfigFinding; onJump: FindingListProps['onJump'] }) {
  const text = `${finding.file}, line ${finding.line}`;
  if (!onJump) return <span>{text}</span>;
  return (
    <UnstyledButton className={classes.place ?? ''} onClick={() => onJump(finding)}>
      {text}
    </UnstyledButton>
  );
}
