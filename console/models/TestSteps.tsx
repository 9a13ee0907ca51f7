import type { z } from 'zod';
import { formatDuration } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { TestResult } from '#contract/models.ts';
import classes from './Models.module.css';

/** Each step of a connection test, so that the first that failed is plain. */
export function TestSteps({ result: { ok, steps } }: { result: z.infer<typeof TestResult> }) {
  return (
    <div className={classes.test}>
      <Notice tone={ok ? 'ok' : 'bad'} title={ok ? 'The upstream works' : 'The upstream does not work yet'}>
        <ul className={classes.steps}>
          {steps.map(({ name, ok: isOk, detail, durationMs }) => (
            <li key={name}>
              <StatusBadge tone={isOk ? 'ok' : 'bad'}>{isOk ? 'Worked' : 'Failed'}</StatusBadge>
              <span className={classes.stepText}>
                <strong>{name}</strong>: <Sentence text={detail} />{' '}
                <span className={classes.quiet}>({formatDuration(durationMs)})</span>
              </span>
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}
