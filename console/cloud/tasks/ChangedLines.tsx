import { VisuallyHidden } from '@mantine/core';
import { countOf } from '#console/ui/figures.ts';
import type { DiffStats } from '#contract/task-states.ts';
import classes from './Tasks.module.css';

/** "+12 −3" for eyes, a sentence for screen readers. */
export function ChangedLines({ stats }: { stats: DiffStats | null }) {
  if (stats === null || stats.linesAdded + stats.linesRemoved === 0) return null;
  const { filesModified, linesAdded, linesRemoved } = stats;
  const sentence = `${countOf(filesModified, 'file')} changed, ${countOf(linesAdded, 'line')} added, ${linesRemoved} removed`;
  return (
    <span className={classes.changed} title={sentence}>
      <span aria-hidden className={classes.added}>
        +{linesAdded}
      </span>{' '}
      <span aria-hidden className={classes.removed}>
        −{linesRemoved}
      </span>
      <VisuallyHidden>{sentence}</VisuallyHidden>
    </span>
  );
}
