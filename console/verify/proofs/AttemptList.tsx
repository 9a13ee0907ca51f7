import { Button, VisuallyHidden } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useId } from 'react';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf, formatDuration } from '#console/ui/figures.ts';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { ProofAttempt, ProofCell, ProofVerdict } from '#contract/proofs.ts';
import classes from './Proofs.module.css';
import {
  type AttemptGroup,
  attemptOrder,
  attemptVerdictLabels,
  describeConstraint,
  groupAttempts,
  sayAttempt,
} from './proof-words.ts';

interface AttemptListProps {
  cell: ProofCell;
  attempts: ProofAttempt[];
}

/** Every attempt by what it attacks, the worst first. Filter and open evidence stand in the address. */
export function AttemptList({ cell, attempts }: AttemptListProps) {
  const { verdict } = useSearch({ from: '/shell/verify/cells/$id' });
  const navigate = useNavigate({ from: '/verify/cells/$id' });
  const show = (next: ProofVerdict | undefined) =>
    void navigate({
      search: ({ attempt: _, ...old }) => ({ ...old, verdict: next }),
      replace: true,
      resetScroll: false,
    });
  const shown = verdict === undefined ? attempts : attempts.filter((attempt) => attempt.verdict === verdict);
  if (attempts.length === 0)
    return (
      <EmptyState>
        {cell.state === 'waiting' || cell.state === 'running'
          ? 'Attempts appear here as they end.'
          : 'No attempt was made.'}
      </EmptyState>
    );
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; these buttons filter */}
      <div className={classes.filters} role="group" aria-label="Which attempts">
        <FilterButton isOn={verdict === undefined} onClick={() => show(undefined)}>
          All {attempts.length}
        </FilterButton>
        {attemptOrder.map((one) => {
          const count = attempts.filter((attempt) => attempt.verdict === one).length;
          if (count === 0 && verdict !== one) return null;
          return (
            <FilterButton key={one} isOn={verdict === one} onClick={() => show(one)}>
              {attemptVerdictLabels[one]} {count}
            </FilterButton>
          );
        })}
      </div>
      {shown.length === 0 && <EmptyState>No attempt came out like this.</EmptyState>}
      {groupAttempts(shown).map((group) => (
        <ConstraintGroup key={group.constraint} group={group} clientVersion={cell.clientVersion} />
      ))}
    </>
  );
}

interface FilterButtonProps {
  isOn: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

const FilterButton = ({ isOn, onClick, children }: FilterButtonProps) => (
  <Button size="compact-md" variant={isOn ? 'filled' : 'default'} aria-pressed={isOn} onClick={onClick}>
    {children}
  </Button>
);

function ConstraintGroup({ group, clientVersion }: { group: AttemptGroup; clientVersion: string }) {
  const titleId = useId();
  const { text, isKey } = describeConstraint(group.constraint);
  return (
    <section className={classes.constraint} aria-labelledby={titleId}>
      <h2 id={titleId} className={classes.constraintName}>
        {isKey ? <code>{text}</code> : text}
      </h2>
      <ul className={classes.attempts} aria-labelledby={titleId}>
        {group.attempts.map((attempt) => (
          <Attempt key={attempt.position} attempt={attempt} clientVersion={clientVersion} />
        ))}
      </ul>
    </section>
  );
}

function Attempt({ attempt, clientVersion }: { attempt: ProofAttempt; clientVersion: string }) {
  const { title, expected, observed, verdict } = attempt;
  const { tone, word } = sayAttempt(verdict, clientVersion);
  return (
    <li className={classes.attempt} data-attempt={attempt.attempt}>
      <div className={classes.attemptHead}>
        <h3 className={classes.attemptTitle}>
          <Sentence text={title} />
        </h3>
        <StatusBadge tone={tone}>{word}</StatusBadge>
      </div>
      <dl className={classes.seen}>
        <dt>Expected</dt>
        <dd>
          <Sentence text={expected} />
        </dd>
        <dt>{verdict === 'not-tried' ? 'Why not' : 'Observed'}</dt>
        <dd>
          <Sentence text={observed} />
        </dd>
      </dl>
      <Evidence attempt={attempt} />
    </li>
  );
}

function Evidence({ attempt: { attempt, title, evidence, durationMs } }: { attempt: ProofAttempt }) {
  const { attempt: open } = useSearch({ from: '/shell/verify/cells/$id' });
  const navigate = useNavigate({ from: '/verify/cells/$id' });
  if (evidence.length === 0) return null;
  const isOpen = open === attempt;
  const toggle = (isNowOpen: boolean) => {
    if (isNowOpen === isOpen) return;
    void navigate({
      search: (old) => ({ ...old, attempt: isNowOpen ? attempt : undefined }),
      replace: true,
      resetScroll: false,
    });
  };
  return (
    <details className={classes.evidence} open={isOpen} onToggle={(event) => toggle(event.currentTarget.open)}>
      <summary>
        Evidence<VisuallyHidden> of: {title}</VisuallyHidden>: {countOf(evidence.length, 'piece')}; took{' '}
        {formatDuration(durationMs)}
      </summary>
      {isOpen && (
        <div className={classes.pieces}>
          {evidence.map((piece) => (
            <CommandBlock key={`${piece.kind}-${piece.title}`} label={piece.title} text={piece.text} isWrapped />
          ))}
        </div>
      )}
    </details>
  );
}
