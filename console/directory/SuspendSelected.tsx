import { Button, Group, List, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '#console/api.ts';
import { describeFailure } from '#console/failure.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import type { Member } from '#contract/directory.ts';

interface SuspendSelectedProps {
  members: Member[];
  isSuspension: boolean;
  onClose: () => void;
  onDone: () => void;
}

interface Refusal {
  member: Member;
  message: string;
}

/** One by one, so that somebody who cannot be suspended (oneself, an owner) keeps nobody else from it. */
export function SuspendSelected({ members, isSuspension, onClose, onDone }: SuspendSelectedProps) {
  const queries = useQueryClient();
  const [finished, setFinished] = useState(0);
  const word = isSuspension ? 'suspended' : 'reactivated';
  const run = useMutation({
    mutationFn: async () => {
      const refused: Refusal[] = [];
      const { suspend, reactivate } = client.directory.members;
      for (const member of members) {
        try {
          await (isSuspension ? suspend : reactivate)({ id: member.id });
        } catch (error) {
          refused.push({ member, message: describeFailure(error).message });
        }
        setFinished((count) => count + 1);
      }
      await queries.invalidateQueries();
      return refused;
    },
  });
  if (run.data) return <Outcome word={word} total={members.length} refused={run.data} onDone={onDone} />;
  const people = countOf(members.length, 'person', 'people');
  return (
    <ConfirmDialog
      isOpen
      title={`${isSuspension ? 'Suspend' : 'Reactivate'} ${people}?`}
      confirmLabel={`${isSuspension ? 'Suspend' : 'Reactivate'} ${people}`}
      isDestructive={isSuspension}
      isBusy={run.isPending}
      onClose={onClose}
      onConfirm={() => run.mutate()}
    >
      <Text>
        {isSuspension
          ? 'Their console sessions, Codex sign-ins and access tokens stop working at the next request, and running calls end. You can reactivate them.'
          : 'They may sign in again. What they were signed in to before stays ended.'}
      </Text>
      <Text c="dimmed">
        {members
          .slice(0, 20)
          .map(({ name }) => name)
          .join(', ')}
        {members.length > 20 && ` and ${members.length - 20} more`}
      </Text>
      {run.isPending && <Progress value={(100 * finished) / members.length} aria-label={`${finished} done`} />}
    </ConfirmDialog>
  );
}

function Outcome({
  word,
  total,
  refused,
  onDone,
}: {
  word: string;
  total: number;
  refused: Refusal[];
  onDone: () => void;
}) {
  return (
    <Dialog opened onClose={onDone} title={`${countOf(total - refused.length, 'person', 'people')} ${word}`}>
      <Stack gap="md">
        {refused.length > 0 && (
          <Notice tone="warn" title={`${countOf(refused.length, 'person was', 'people were')} not ${word}`}>
            <List spacing={4}>
              {refused.map(({ member, message }) => (
                <List.Item key={member.id}>
                  {member.name}: {message}
                </List.Item>
              ))}
            </List>
          </Notice>
        )}
        <Group justify="flex-end">
          <Button onClick={onDone}>Done</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
