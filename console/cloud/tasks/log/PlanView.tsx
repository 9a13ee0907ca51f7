import { Circle, CircleCheck } from 'lucide-react';
import classes from './Log.module.css';
import type { PlanStep } from './log-blocks.ts';

/** The agent's plan as it stands. */
export function PlanView({ steps }: { steps: PlanStep[] }) {
  const done = steps.filter((step) => step.done).length;
  return (
    <section className={classes.plan} aria-label="Plan">
      <h3 className={classes.planTitle}>
        Plan{' '}
        <span className={classes.planCount}>
          {done} of {steps.length} done
        </span>
      </h3>
      <ol className={classes.steps}>
        {steps.map(({ text, done: isDone }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a plan may say the same twice, and its order is what it is
          <li key={`${index}-${text}`} data-done={isDone || undefined}>
            {isDone ? (
              <CircleCheck size={16} role="img" aria-label="Done:" />
            ) : (
              <Circle size={16} role="img" aria-label="To do:" />
            )}
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
