import { Circle, CircleCheck, CircleDashed, type LucideIcon } from 'lucide-react';
import type { z } from 'zod';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { SetupCheck, Step } from '#contract/setup.ts';
import classes from './Overview.module.css';

type Check = z.infer<typeof SetupCheck>;

const looks: Record<Check['status'], { icon: LucideIcon; word: string }> = {
  done: { icon: CircleCheck, word: 'Done' },
  open: { icon: Circle, word: 'To do' },
  later: { icon: CircleDashed, word: 'Later' },
};

/** The seven steps. */
export function StepList({ steps }: { steps: z.infer<typeof Step>[] }) {
  return (
    <ol className={classes.steps}>
      {steps.map(({ id, number, title, checks }) => {
        const now = checks.filter(({ status }) => status !== 'later');
        const done = now.filter(({ status }) => status === 'done').length;
        return (
          <li key={id} className={classes.step}>
            <div className={classes.stepHead}>
              <h3 className={classes.stepTitle}>
                <span className={classes.stepNumber}>{number}</span> {title}
              </h3>
              <span className={classes.stepCount}>
                {now.length === 0 ? 'Not here yet' : `${done} of ${now.length} done`}
              </span>
            </div>
            <ul className={classes.checks}>
              {checks.map((check) => (
                <CheckLine key={check.id} check={check} />
              ))}
            </ul>
          </li>
        );
      })}
    </ol>
  );
}

function CheckLine({ check: { title, status, fact, path } }: { check: Check }) {
  const { icon: Icon, word } = looks[status];
  return (
    <li className={classes.check} data-status={status}>
      <Icon size={18} aria-hidden className={classes.checkIcon} />
      <span className={classes.checkWord}>{word}</span>
      <span className={classes.checkText}>
        <span className={classes.checkTitle}>
          {path ? (
            <TextLink to={path} inherit>
              {title}
            </TextLink>
          ) : (
            title
          )}
        </span>
        <span className={classes.checkFact}>{fact}</span>
      </span>
    </li>
  );
}
