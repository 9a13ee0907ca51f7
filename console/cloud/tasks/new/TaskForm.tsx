import { Button, Group, Kbd, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { paths } from '#console/paths.ts';
import { Notice } from '#console/ui/Notice.tsx';
import type { Environment } from '#contract/environments.ts';
import { sayLimits } from '../list/LimitsLine.tsx';
import { isSendKey } from '../send-key.ts';
import { TaskFailure } from '../TaskFailure.tsx';
import { HowFields } from './HowFields.tsx';
import { useTaskDraft } from './use-task-draft.ts';
import { WhereFields } from './WhereFields.tsx';

interface TaskFormProps {
  environments: Environment[];
  /** Of the address; it wins over what was chosen before. */
  wantedId: string | undefined;
}

export function TaskForm({ environments, wantedId }: TaskFormProps) {
  const navigate = useNavigate();
  const { draft, edit, forget } = useTaskDraft();
  const [missing, setMissing] = useState<Record<string, string>>({});
  const chosen = wantedId ?? draft.environmentId;
  const environment = environments.find(({ id }) => id === chosen) ?? preferred(environments);
  const create = useMutation(
    api.tasks.create.mutationOptions({
      onSuccess: async ({ id }) => {
        forget();
        await navigate({ to: paths.task, params: { id } });
      },
    }),
  );
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    const prompt = draft.prompt.trim();
    setMissing({
      ...(prompt === '' && { prompt: 'Say what Codex shall do.' }),
      ...(!environment && { environmentId: 'Choose where it runs.' }),
    });
    if (prompt === '' || !environment || create.isPending) return;
    const branch = draft.branch.trim();
    const repository = environment.repositories.find(({ id }) => id === draft.repositoryId);
    create.mutate({
      environmentId: environment.id,
      ...(repository && { repositoryId: repository.id }),
      ...(branch !== '' && { branch }),
      prompt,
      mode: draft.mode,
      attempts: draft.attempts,
    });
  };
  const errors = { ...(create.error && fieldErrors(describeFailure(create.error))), ...missing };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        {create.error && <TaskFailure what="Codex did not get the task" error={create.error} />}
        <Textarea
          label="What shall Codex do?"
          placeholder="Fix the flaky test in billing/invoice.test.ts and say what was wrong."
          autosize
          minRows={6}
          maxRows={24}
          maxLength={100_000}
          data-autofocus
          value={draft.prompt}
          error={errors.prompt}
          onChange={(event) => {
            setMissing({});
            edit({ prompt: event.currentTarget.value });
          }}
          onKeyDown={(event) => isSendKey(event) && submit(event)}
        />
        <WhereFields
          environments={environments}
          environment={environment}
          draft={draft}
          errors={errors}
          onEdit={(part) => {
            setMissing({});
            edit(part);
            if (part.environmentId)
              void navigate({ to: paths.newTask, search: { environment: part.environmentId }, replace: true });
          }}
        />
        <HowFields mode={draft.mode} attempts={draft.attempts} onEdit={edit} />
        {environment && <Reach environment={environment} />}
        <Group gap={16}>
          <Button type="submit" loading={create.isPending}>
            {draft.mode === 'ask' ? 'Ask Codex' : 'Start the task'}
          </Button>
          <Text size="sm" c="dimmed">
            <Kbd>Ctrl</Kbd> or <Kbd>Cmd</Kbd> + <Kbd>Enter</Kbd>
          </Text>
        </Group>
        <InUse />
      </Stack>
    </form>
  );
}

/** One that is pinned, or the only one. */
function preferred(environments: Environment[]): Environment | undefined {
  return environments.find(({ isPinned }) => isPinned) ?? (environments.length === 1 ? environments[0] : undefined);
}

/** What is wrong with the environment before a task fails for it. */
function Reach({ environment }: { environment: Environment }) {
  const gone = environment.repositories.filter(({ state }) => state !== 'connected');
  if (gone.length === 0) return null;
  return (
    <Notice tone="warn" title={`${gone.map(({ name }) => name).join(', ')} cannot be fetched now`}>
      <p>The git server has taken the connection back. Whoever manages connectors sees why under GitHub.</p>
    </Notice>
  );
}

function InUse() {
  const tasks = useQuery(api.tasks.list.queryOptions({ input: { limit: 1 } }));
  if (!tasks.data) return null;
  return (
    <Text size="sm" c="dimmed">
      {sayLimits(tasks.data.limits)} More wait in the queue.
    </Text>
  );
}
