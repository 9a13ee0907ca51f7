import { Notice } from '#console/ui/Notice.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import classes from './Tests.module.css';

export type Decision = 'prompt' | 'prompt-user' | 'forbidden' | null;

interface Verdict {
  decision: Decision;
  parts: {
    words: string[];
    decision: Decision;
    rule: number | null;
    matchedPrefix: string[];
    justification: string | null;
  }[];
  note: string | null;
}

const looks: Record<NonNullable<Decision> | 'none', { tone: Tone; word: string; sentence: string }> = {
  prompt: { tone: 'warn', word: 'Prompts', sentence: 'The client asks before it runs this.' },
  'prompt-user': {
    tone: 'warn',
    word: 'Prompts',
    sentence: 'The client asks the member before it runs this, never the automatic reviewer.',
  },
  forbidden: { tone: 'bad', word: 'Forbidden', sentence: 'The client refuses to run this.' },
  none: {
    tone: 'quiet',
    word: 'No rule',
    sentence: 'No rule speaks: approval policy and sandbox decide.',
  },
};

export function CommandVerdict({ command, verdict }: { command: string; verdict: Verdict }) {
  const { decision, parts, note } = verdict;
  return (
    <>
      <p className={classes.verdict}>
        <StatusBadge tone={looks[decision ?? 'none'].tone}>{looks[decision ?? 'none'].word}</StatusBadge>{' '}
        <code>{command}</code>
      </p>
      <p>{looks[decision ?? 'none'].sentence}</p>
      <ol className={classes.tests} aria-label="Parts of the command line">
        {parts.map((part, index) => {
          const key = `${index}-${part.words.join(' ')}`;
          return (
            <li key={key} className={classes.test}>
              <span className={classes.badge}>
                <StatusBadge tone={looks[part.decision ?? 'none'].tone}>
                  {looks[part.decision ?? 'none'].word}
                </StatusBadge>
              </span>
              <span className={classes.testText}>
                <code>{part.words.join(' ')}</code>
                <span className={classes.found}>
                  {part.rule === null ? (
                    'No rule begins with these words.'
                  ) : (
                    <>
                      Rule {part.rule + 1} matches <code>{part.matchedPrefix.join(' ')}</code>
                      {part.justification && `: ${part.justification}`}
                    </>
                  )}
                </span>
              </span>
            </li>
          );
        })}
      </ol>
      {note && (
        <Notice tone="info">
          <p>
            <Sentence text={note} />
          </p>
        </Notice>
      )}
    </>
  );
}
