import { Box } from '@mantine/core';
import { countOf, sayTime } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { useNow } from '#console/ui/use-now.ts';
import type { Runner } from '#contract/runners.ts';
import classes from './Runners.module.css';

interface QueueFiguresProps {
  queue: { queued: number; running: number; oldestQueuedAt: string | null; unfit: number };
  runners: Runner[];
}

/** Whether there is enough of them: what runs, what waits and for how long. */
export function QueueFigures({ queue, runners }: QueueFiguresProps) {
  const { queued, running, oldestQueuedAt, unfit } = queue;
  const places = runners.filter(({ state }) => state === 'ready').reduce((sum, { capacity }) => sum + capacity, 0);
  return (
    <>
      <dl className={classes.figures}>
        <div>
          <dt>Running</dt>
          <dd>
            {running} <span>of {countOf(places, 'place')}</span>
          </dd>
        </div>
        <div>
          <dt>Waiting</dt>
          <dd>{queued}</dd>
        </div>
        <div>
          <dt>Longest wait</dt>
          <dd>{oldestQueuedAt === null ? <span>nothing waits</span> : <Since at={oldestQueuedAt} />}</dd>
        </div>
      </dl>
      {unfit > 0 && (
        <Box mb="md">
          <Notice
            tone="warn"
            title={`${countOf(unfit, 'attempt')} ${unfit === 1 ? 'fits' : 'fit'} no runner that is ready`}
          >
            <p>
              Its environment asks for a label, an isolation or a size that none has. Add a runner, change labels, or
              change the environment.
            </p>
          </Notice>
        </Box>
      )}
    </>
  );
}

function Since({ at }: { at: string }) {
  const now = useNow(1000);
  return sayTime(now.getTime() - new Date(at).getTime());
}
