import { Button, Group } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { api } from '#console/api.ts';
import { TaskFailure } from '#console/cloud/tasks/TaskFailure.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
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
      {tryId !== undefined && <Try key={tryId} environmentId={id} tryId={tryId} />}
      {tryId === undefined && !isOff && <p className={classes.note}>You have not tried it yet.</p>}
    </Section>
  );
}

const slowlyMs = 5000;

function Try({ environmentId, tryId }: { environmentId: string; tryId: string }) {
  const state = useQuery(
    api.environments.getTry.queryOptions({
      input: { id: environmentId, tryId },
      refetchInterval: ({ state: { data } }) => (data?.finishedAt === null ? slowlyMs : false),
    }),
  );
  const task = useQuery(api.tasks.get.queryOptions({ input: { id: tryId } }));
  const cancel = useMutation(api.tasks.cancel.mutationOptions());
  return (
    <Loaded query={state} what="The try could not be loaded">
      {(found) => (
        <>
          {cancel.error && <TaskFailure what="The try was not cancelled" error={cancel.error} />}
          <Loaded query={task} what="The log of the try could not be loaded">
            {(loaded) => (
              <TryView
                task={loaded}
                found={found}
                action={
                  found.finishedAt === null && (
                    <Group>
                      <Button
                        variant="default"
                        size="compact-sm"
                        loading={cancel.isPending}
                        onClick={() => cancel.mutate({ id: tryId })}
                      >
                        Cancel
                      </Button>
                    </Group>
                  )
                }
              />
            )}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}
