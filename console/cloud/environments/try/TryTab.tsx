import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { api } from '#console/api.ts';
import { TaskFailure } from '#console/cloud/tasks/TaskFailure.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Environment } from '#contract/environments.ts';
import classes from '../Environments.module.css';
import { offReason } from '../environment-words.ts';
import { TryView } from './TryView.tsx';

interface TryTabProps {
  environment: Environment;
  isOff: boolean;
  isChanged: boolean;
}

/** Set-up without an agent, to see whether it works and what it says. Can be left and found again. */
export function TryTab({ environment, isOff, isChanged }: TryTabProps) {
  const { id, lastTry } = environment;
  const { try: asked } = useSearch({ from: '/shell/codex/environments/$id' });
  const navigate = useNavigate({ from: '/codex/environments/$id' });
  const tryId = asked ?? lastTry?.id;
  const start = useMutation(
    api.environments.try.mutationOptions({
      onSuccess: (begun) => navigate({ search: { tab: 'try', try: begun.id }, replace: true }),
    }),
  );
  const isRunning = lastTry?.state === 'queued' || lastTry?.state === 'running';
  return (
    <Section
      title="Try it"
      description="Runs the set-up script once in a fresh container of this environment, without an agent and without changing anything."
      action={
        <Button
          leftSection={<Play size={16} aria-hidden />}
          loading={start.isPending}
          disabled={isOff || isRunning}
          onClick={() => start.mutate({ id })}
        >
          Try it
        </Button>
      }
    >
      {start.error && (
        <div className={classes.notice}>
          <TaskFailure what="The try did not start" error={start.error} />
        </div>
      )}
      {isOff && <p className={classes.note}>{offReason}</p>}
      {isChanged && <p className={classes.note}>What is not saved yet is not tried.</p>}
      {tryId !== undefined && <TryView key={tryId} environmentId={id} tryId={tryId} />}
      {tryId === undefined && !isOff && <p className={classes.note}>You have not tried it yet.</p>}
    </Section>
  );
}
