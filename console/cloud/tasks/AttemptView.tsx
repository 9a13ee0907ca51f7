import { Tabs, VisuallyHidden } from '@mantine/core';
import { useMemo } from 'react';
import { Notice } from '#console/ui/Notice.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { useNow } from '#console/ui/use-now.ts';
import { isEnded } from '#contract/task-states.ts';
import type { Task, TaskAttempt } from '#contract/tasks.ts';
import { ChangesView } from './changes/ChangesView.tsx';
import { InternetView } from './internet/InternetView.tsx';
import { AttemptLogView } from './log/AttemptLogView.tsx';
import { currentPlan, logBlocks } from './log/log-blocks.ts';
import { type AttemptLog, useAttemptLog } from './log/use-attempt-log.ts';
import { RichText } from './RichText.tsx';
import classes from './Tasks.module.css';
import { attemptName, sayAttempt, stateLooks, timeOf } from './task-words.ts';

export type AttemptTab = 'log' | 'changes' | 'internet';

interface AttemptViewProps {
  task: Task;
  attempt: TaskAttempt;
  /** Null: what says most at this point. */
  tab: AttemptTab | null;
  file: string | undefined;
  onTab: (tab: AttemptTab) => void;
  onFile: (path: string) => void;
}

/** How an attempt went, or goes. */
export function AttemptView({ task, attempt, tab, file, onTab, onFile }: AttemptViewProps) {
  const log = useAttemptLog(task.id, attempt.id);
  const shown = tab ?? (isEnded(attempt.state) && attempt.hasDiff ? 'changes' : 'log');
  return (
    <div>
      <Spoken attempt={attempt} log={log} />
      <Outcome attempt={attempt} />
      <Tabs
        value={shown}
        keepMounted={false}
        onChange={(value) => onTab(value === 'changes' || value === 'internet' ? value : 'log')}
      >
        <Tabs.List mb="md" aria-label="About this attempt">
          <Tabs.Tab value="log">Log</Tabs.Tab>
          <Tabs.Tab value="changes">
            Changes{attempt.stats && attempt.stats.filesModified > 0 ? ` ${attempt.stats.filesModified}` : ''}
          </Tabs.Tab>
          <Tabs.Tab value="internet">Internet</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="log">
          <AttemptLogView key={attempt.id} attempt={attempt} log={log} />
        </Tabs.Panel>
        <Tabs.Panel value="changes">
          <ChangesView key={attempt.id} task={task} attempt={attempt} file={file} onFile={onFile} />
        </Tabs.Panel>
        <Tabs.Panel value="internet">
          <InternetView key={attempt.id} task={task} attempt={attempt} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

/** State, why, how long, where; then the answer. */
function Outcome({ attempt }: { attempt: TaskAttempt }) {
  const now = useNow(1000);
  const { tone, word } = stateLooks[attempt.state];
  const sentence = sayAttempt(attempt);
  const time = timeOf(attempt, now);
  const facts = [
    time !== null && (isEnded(attempt.state) ? `took ${time}` : `for ${time}`),
    attempt.runnerName !== null && `on ${attempt.runnerName}`,
    attempt.isFromCache === true && 'from a kept container',
    attempt.baseCommit !== null && `from commit ${attempt.baseCommit.slice(0, 8)}`,
    attempt.tries > 1 && `try ${attempt.tries}`,
  ].filter((fact) => fact !== false);
  const isPlain = attempt.state !== 'failed';
  return (
    <div className={classes.outcome}>
      <p className={classes.outcomeLine}>
        <StatusBadge tone={tone}>{word}</StatusBadge>
        {isPlain && sentence && <span>{sentence}</span>}
        <span className={classes.quiet}>{facts.join(' · ')}</span>
      </p>
      {!isPlain && <Notice tone="bad" title={<Sentence text={sentence ?? 'It failed.'} />} />}
      {attempt.answer !== null && (
        <section className={classes.answer} aria-label="Answer">
          <RichText text={attempt.answer} />
        </section>
      )}
    </div>
  );
}

/** What screen readers hear: states and steps of the plan, never lines of output. */
function Spoken({ attempt, log }: { attempt: TaskAttempt; log: AttemptLog }) {
  const plan = useMemo(() => currentPlan(logBlocks(log.entries)), [log.entries]);
  const done = plan?.filter((step) => step.done).length ?? 0;
  const steps = plan === null || isEnded(attempt.state) ? '' : ` ${done} of ${plan.length} steps done.`;
  const sentence = isEnded(attempt.state) ? ` ${sayAttempt(attempt) ?? ''}` : '';
  return (
    <VisuallyHidden role="status">
      {attemptName(attempt)}: {stateLooks[attempt.state].word}.{sentence}
      {steps}
    </VisuallyHidden>
  );
}
