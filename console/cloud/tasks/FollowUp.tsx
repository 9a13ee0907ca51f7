import { Button, Group, Kbd, SegmentedControl, Select, Stack, Text, Textarea } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { countOf } from '#console/ui/figures.ts';
import type { Task, TaskAttempt } from '#contract/tasks.ts';
import { isSendKey } from './send-key.ts';
import { TaskFailure } from './TaskFailure.tsx';
import classes from './Tasks.module.css';
import { attemptName } from './task-words.ts';

interface FollowUpProps {
  task: Task;
  /** The one on show: the task goes on from it. */
  attempt: TaskAttempt;
  onSent: () => void;
}

const counts = ['1', '2', '3', '4'].map((value) => ({
  value,
  label: value === '1' ? '1 attempt' : `${value} attempts`,
}));

/** Goes on with a task from the attempt on show, with what was said about its lines. */
export function FollowUp({ task, attempt, onSent }: FollowUpProps) {
  const [prompt, setPrompt, forget] = useSessionStorage({
    key: `reeve-follow-up-${task.id}`,
    defaultValue: '',
    getInitialValueInEffect: false,
  });
  const [mode, setMode] = useState(task.mode);
  const [attempts, setAttempts] = useState('1');
  const [isMissing, setMissing] = useState(false);
  const send = useMutation(
    api.tasks.followUp.mutationOptions({
      onSuccess: () => {
        forget();
        onSent();
      },
    }),
  );
  if (task.followUpRefusedBecause !== null) return <p className={classes.quietLine}>{task.followUpRefusedBecause}</p>;
  const comments = task.comments.filter(
    ({ attemptId, sentWithTurn }) => attemptId === attempt.id && sentWithTurn === null,
  );
  const text = prompt.trim() === '' && comments.length > 0 ? 'Do what my comments on the diff say.' : prompt.trim();
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    setMissing(text === '');
    if (text === '' || send.isPending) return;
    send.mutate({
      id: task.id,
      attemptId: attempt.id,
      prompt: text,
      mode,
      attempts: Number(attempts),
      commentIds: comments.map(({ id }) => id),
    });
  };
  const hasChoice = (task.turns.at(-1)?.attempts.length ?? 1) > 1;
  return (
    <form onSubmit={submit} noValidate className={classes.followUp}>
      <Stack gap={8}>
        {send.error && <TaskFailure what="Codex did not get the follow-up" error={send.error} />}
        <Textarea
          label={hasChoice ? `Go on from ${attemptName(attempt).toLowerCase()}` : 'Go on'}
          placeholder={
            comments.length > 0 ? 'Do what my comments on the diff say.' : 'Say what is missing, or ask about it.'
          }
          autosize
          minRows={2}
          maxRows={16}
          maxLength={100_000}
          value={prompt}
          error={isMissing && text === '' && 'Say what Codex shall do, or comment on a line first.'}
          onChange={(event) => setPrompt(event.currentTarget.value)}
          onKeyDown={(event) => isSendKey(event) && submit(event)}
        />
        <Group gap={8} justify="space-between">
          <Group gap={8}>
            <SegmentedControl
              size="xs"
              aria-label="Mode"
              value={mode}
              data={[
                { value: 'code', label: 'Code' },
                { value: 'ask', label: 'Ask' },
              ]}
              onChange={(value) => setMode(value === 'ask' ? 'ask' : 'code')}
            />
            <Select
              size="xs"
              w={120}
              aria-label="Attempts"
              allowDeselect={false}
              value={attempts}
              data={counts}
              onChange={(value) => setAttempts(value ?? '1')}
            />
            {comments.length > 0 && (
              <Text size="sm">
                {countOf(comments.length, 'comment')} {comments.length === 1 ? 'goes' : 'go'} along.
              </Text>
            )}
          </Group>
          <Group gap={16}>
            <Text size="sm" c="dimmed" visibleFrom="sm">
              <Kbd>Ctrl</Kbd> or <Kbd>Cmd</Kbd> + <Kbd>Enter</Kbd>
            </Text>
            <Button type="submit" loading={send.isPending}>
              Send
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
