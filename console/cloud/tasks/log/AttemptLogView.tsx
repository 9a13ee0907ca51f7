import { Button, Text } from '@mantine/core';
import { ArrowDown } from 'lucide-react';
import { useMemo, useState } from 'react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { isEnded } from '#contract/task-states.ts';
import type { TaskAttempt } from '#contract/tasks.ts';
import { sayAttempt } from '../task-words.ts';
import classes from './Log.module.css';
import { LogBlockView } from './LogBlockView.tsx';
import { currentPlan, type LogBlock, logBlocks, phaseTimes } from './log-blocks.ts';
import { PhaseBar } from './PhaseBar.tsx';
import { PlanView } from './PlanView.tsx';
import type { AttemptLog } from './use-attempt-log.ts';
import { useFollowEnd } from './use-follow-end.ts';

/** Blocks that are in the page at once, counted from the newest. */
const shownAtOnce = 300;

export function AttemptLogView({ attempt, log }: { attempt: TaskAttempt; log: AttemptLog }) {
  const blocks = useMemo(() => logBlocks(log.entries), [log.entries]);
  const times = useMemo(() => phaseTimes(log.entries), [log.entries]);
  const plan = useMemo(() => currentPlan(blocks), [blocks]);
  return (
    <>
      {times.length > 0 && <PhaseBar attempt={attempt} times={times} />}
      {log.trouble !== null && <Trouble log={log} />}
      <div className={classes.columns} data-plan={plan !== null || undefined}>
        {plan && <PlanView steps={plan} />}
        {blocks.length === 0 ? (
          <NoLog attempt={attempt} log={log} />
        ) : (
          <Blocks blocks={blocks} entries={log.entries.length} attempt={attempt} />
        )}
      </div>
    </>
  );
}

function Trouble({ log: { isLost, trouble } }: { log: AttemptLog }) {
  if (isLost) return <FailureNotice what="The log could not be loaded" error={trouble} />;
  return (
    <Text size="sm" c="dimmed" role="status" mb={8}>
      The connection was lost. It is tried again; nothing of the log is lost.
    </Text>
  );
}

/** Whatever a runner has begun has left a line. */
const sayNoLines = ({ startedAt }: TaskAttempt): string =>
  startedAt === null
    ? 'It ended before anything was logged.'
    : 'Its log is not kept any more: its time in this workspace was over. Or it ended before anything was logged.';

function NoLog({ attempt, log }: { attempt: TaskAttempt; log: AttemptLog }) {
  if (log.isLost) return null;
  if (log.isComplete || isEnded(attempt.state)) return <EmptyState>{sayNoLines(attempt)}</EmptyState>;
  return <EmptyState>{sayAttempt(attempt) ?? 'The log begins in a moment.'}</EmptyState>;
}

function Blocks({ blocks, entries, attempt }: { blocks: LogBlock[]; entries: number; attempt: TaskAttempt }) {
  const [limit, setLimit] = useState(shownAtOnce);
  const hidden = Math.max(0, blocks.length - limit);
  const { box, around, behind, toEnd } = useFollowEnd(entries);
  return (
    <div className={classes.logBox} ref={around}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: without it only a mouse could scroll */}
      <section className={classes.log} {...box} tabIndex={0} aria-label="Log">
        {hidden > 0 && (
          <Button variant="default" size="xs" onClick={() => setLimit((old) => old + shownAtOnce)}>
            Show {Math.min(hidden, shownAtOnce)} of {countOf(hidden, 'earlier block')}
          </Button>
        )}
        {blocks.slice(hidden).map((block) => (
          <LogBlockView key={block.seq} block={block} isLive={!isEnded(attempt.state)} />
        ))}
      </section>
      {behind > 0 && (
        <Button
          className={classes.behind ?? ''}
          size="compact-sm"
          leftSection={<ArrowDown size={14} aria-hidden />}
          onClick={toEnd}
        >
          {countOf(behind, 'new entry', 'new entries')}
        </Button>
      )}
    </div>
  );
}
