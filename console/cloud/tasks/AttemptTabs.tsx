import { Tabs } from '@mantine/core';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { TaskAttempt } from '#contract/tasks.ts';
import { ChangedLines } from './ChangedLines.tsx';
import classes from './Tasks.module.css';
import { attemptName, stateLooks } from './task-words.ts';

interface AttemptTabsProps {
  attempts: TaskAttempt[];
  selected: TaskAttempt;
  onSelect: (attempt: TaskAttempt) => void;
}

/** Attempts of one turn side by side. */
export function AttemptTabs({ attempts, selected, onSelect }: AttemptTabsProps) {
  return (
    <Tabs
      value={selected.id}
      onChange={(id) => {
        const attempt = attempts.find((each) => each.id === id);
        if (attempt) onSelect(attempt);
      }}
      className={classes.attempts ?? ''}
    >
      <Tabs.List aria-label="Attempts" className={classes.attemptList ?? ''}>
        {attempts.map((attempt) => {
          const { tone, word } = stateLooks[attempt.state];
          return (
            <Tabs.Tab key={attempt.id} value={attempt.id}>
              <span className={classes.attemptTab}>
                {attemptName(attempt)}
                <StatusBadge tone={tone}>{word}</StatusBadge>
                <ChangedLines stats={attempt.stats} />
              </span>
            </Tabs.Tab>
          );
        })}
      </Tabs.List>
    </Tabs>
  );
}
