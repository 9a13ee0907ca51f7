import { Box } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { type EgressAttempt, egressRules } from '#contract/internet-access.ts';
import type { Task } from '#contract/tasks.ts';
import classes from '../Tasks.module.css';
import { sumRefused } from './sum-refused.ts';

const shownHosts = 6;

interface RefusedSummaryProps {
  task: Task;
  /** Those that are loaded; the count is of all. */
  rows: EgressAttempt[];
  refused: number;
}

/** What the work may have missed, and where one would allow it. */
export function RefusedSummary({ task, rows, refused }: RefusedSummaryProps) {
  const hosts = sumRefused(rows);
  const more = hosts.length - shownHosts;
  return (
    <Box mb="md">
      <Notice
        tone="warn"
        title={`${countOf(refused, 'request')} ${refused === 1 ? 'was' : 'were'} refused`}
        actions={
          task.environmentId !== null && (
            <TextLink to={paths.environment} params={{ id: task.environmentId }} search={{ tab: 'internet' }}>
              See what {task.environmentLabel} would need
            </TextLink>
          )
        }
      >
        <ul className={classes.refused}>
          {hosts.slice(0, shownHosts).map(({ host, rule, methods, count }) => (
            <li key={`${rule} ${host}`}>
              <code>{host}</code> {methods.join(', ')}, {count === 1 ? 'once' : `${count} times`}:{' '}
              {egressRules[rule].sentence}
            </li>
          ))}
        </ul>
        {more > 0 && <p>and {countOf(more, 'other host')}.</p>}
      </Notice>
    </Box>
  );
}
