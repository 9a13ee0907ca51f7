import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api, type client } from '#console/api.ts';
import { AttemptLogView } from '#console/cloud/tasks/log/AttemptLogView.tsx';
import { TaskFailure } from '#console/cloud/tasks/TaskFailure.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import classes from '../Environments.module.css';
import { tryLooks } from '../environment-words.ts';
import { useTryLog } from './use-try-log.ts';

type Found = Awaited<ReturnType<typeof client.environments.getTry>>;

/** Whether a runner fits is told by nobody; it is asked again. */
const askAgainMs = 5000;

interface TryViewProps {
  environmentId: string;
  tryId: string;
}

export function TryView({ environmentId, tryId }: TryViewProps) {
  const state = useQuery(
    api.environments.getTry.queryOptions({
      input: { id: environmentId, tryId },
      refetchInterval: ({ state: { data } }) => (data?.finishedAt === null ? askAgainMs : false),
    }),
  );
  return (
    <Loaded query={state} what="The try could not be loaded">
      {(found) => <Attempt environmentId={environmentId} found={found} />}
    </Loaded>
  );
}

function Attempt({ environmentId, found }: { environmentId: string; found: Found }) {
  const { log, attempt } = useTryLog(found.attemptId);
  const cancel = useMutation(api.environments.cancelTry.mutationOptions());
  const { tone, word } = tryLooks[found.state];
  return (
    <>
      {cancel.error && <TaskFailure what="The try was not cancelled" error={cancel.error} />}
      <div className={classes.outcome}>
        <span role="status">
          <StatusBadge tone={tone}>{word}</StatusBadge> {found.sentence}
        </span>
        {(found.state === 'queued' || found.state === 'running') && (
          <Button
            variant="default"
            size="compact-sm"
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ id: environmentId, tryId: found.id })}
          >
            Cancel
          </Button>
        )}
      </div>
      {attempt && found.state !== 'queued' && <AttemptLogView attempt={attempt} log={log} />}
    </>
  );
}
