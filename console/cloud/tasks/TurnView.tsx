import { Button } from '@mantine/core';
import { useState } from 'react';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { TaskAttempt, TaskTurn } from '#contract/tasks.ts';
import { ChangedLines } from './ChangedLines.tsx';
import { inline } from './inline.tsx';
import classes from './Tasks.module.css';
import { attemptName, sayAttempt, stateLooks } from './task-words.ts';

const longPrompt = 600;

/** What was asked. */
export function Prompt({ turn, isOnly }: { turn: TaskTurn; isOnly: boolean }) {
  const { prompt, comments, createdAt, number } = turn;
  const [isWhole, setWhole] = useState(false);
  const isLong = prompt.length > longPrompt || prompt.split('\n').length > 8;
  return (
    <div className={classes.prompt}>
      <div className={classes.promptHead}>
        <h2>{isOnly ? 'You asked' : number === 1 ? 'First you asked' : `Turn ${number}`}</h2>
        <span>
          {comments > 0 && `with ${countOf(comments, 'comment')}, `}
          <RelativeTime at={createdAt} />
        </span>
      </div>
      <p className={classes.promptText} data-cut={(isLong && !isWhole) || undefined}>
        {prompt}
      </p>
      {isLong && (
        <Button size="compact-sm" variant="subtle" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : 'Show all of it'}
        </Button>
      )}
    </div>
  );
}

interface FormerTurnProps {
  turn: TaskTurn;
  onOpen: (attempt: TaskAttempt) => void;
}

/** A turn that was gone on from, in a line for each attempt. */
export function FormerAttempts({ turn, onOpen }: FormerTurnProps) {
  return (
    <ul className={classes.former}>
      {turn.attempts.map((attempt) => {
        const { tone, word } = stateLooks[attempt.state];
        const said = attempt.answer?.split('\n').find((line) => line.trim() !== '') ?? sayAttempt(attempt);
        return (
          <li key={attempt.id}>
            <StatusBadge tone={tone}>{word}</StatusBadge>
            <span className={classes.formerSaid}>{inline(said ?? '')}</span>
            <ChangedLines stats={attempt.stats} />
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`Open ${attemptName(attempt)} of turn ${turn.number}`}
              onClick={() => onOpen(attempt)}
            >
              Open
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
