import { Check, CircleDot, CircleX } from 'lucide-react';
import { sayTime } from '#console/ui/figures.ts';
import { useNow } from '#console/ui/use-now.ts';
import { isEnded } from '#contract/task-states.ts';
import type { TaskAttempt } from '#contract/tasks.ts';
import classes from './Log.module.css';
import type { PhaseTime } from './log-blocks.ts';

const names = { prepare: 'Prepare', setup: 'Set-up', agent: 'Agent', finish: 'Finish' } as const;
const order = ['prepare', 'setup', 'agent', 'finish'] as const;

/** Where the attempt is between container and result, and how long each part took. */
export function PhaseBar({ attempt, times }: { attempt: TaskAttempt; times: PhaseTime[] }) {
  const now = useNow(1000);
  const hasEnded = isEnded(attempt.state);
  const end = attempt.finishedAt === null ? now : new Date(attempt.finishedAt);
  return (
    <ol className={classes.phases} aria-label="Phases">
      {order.map((phase) => {
        const time = times.find((each) => each.phase === phase);
        const isNewest = time !== undefined && time === times.at(-1);
        const isRunning = isNewest && !hasEnded;
        const hasFailed = isNewest && attempt.state === 'failed';
        const took = time && new Date(time.endedAt ?? end).getTime() - new Date(time.startedAt).getTime();
        return (
          <li
            key={phase}
            data-state={time === undefined ? 'ahead' : isRunning ? 'running' : hasFailed ? 'failed' : 'done'}
            aria-current={isRunning ? 'step' : undefined}
          >
            {isRunning && <CircleDot size={14} aria-hidden />}
            {hasFailed && <CircleX size={14} role="img" aria-label="Failed here:" />}
            {time && !isRunning && !hasFailed && <Check size={14} role="img" aria-label="Done:" />}
            <span>{names[phase]}</span>
            {took !== undefined && <span className={classes.took}>{sayTime(took)}</span>}
          </li>
        );
      })}
    </ol>
  );
}
