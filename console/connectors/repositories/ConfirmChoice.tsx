import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { GitRepository } from '#contract/git-servers.ts';
import classes from '../Git.module.css';

const named = 8;

interface ConfirmChoiceProps {
  repositories: GitRepository[];
  way: 'allow' | 'refuse';
  onClose: () => void;
  onDone: () => void;
}

/** What a choice means, before it is made. */
export function ConfirmChoice({ way, repositories, onClose, onDone }: ConfirmChoiceProps) {
  const words = countOf(repositories.length, 'repository', 'repositories');
  const choose = useMutation(
    api.git.allow.mutationOptions({
      onSuccess: () => {
        showDone(way === 'allow' ? `Environments may use ${words} more.` : `Environments may no longer use ${words}.`);
        onClose();
        onDone();
      },
    }),
  );
  const used = repositories.reduce((sum, { environments }) => sum + environments, 0);
  const rest = repositories.length - named;
  return (
    <ConfirmDialog
      isOpen
      title={way === 'allow' ? `Choose ${words} for environments?` : `Take ${words} away from environments?`}
      confirmLabel={way === 'allow' ? 'Choose' : 'Take away'}
      isDestructive={way === 'refuse'}
      isBusy={choose.isPending}
      onClose={onClose}
      onConfirm={() => choose.mutate({ [way]: repositories.map(({ id }) => id) })}
    >
      {choose.error && <FailureNotice what="Nothing was changed" error={choose.error} />}
      <Text>
        {way === 'allow'
          ? 'Every member with Codex cloud can make environments with them. What a task may do there still is no more than what the member’s own account may do.'
          : used === 0
            ? 'No environment uses them, and none can from now on.'
            : `${countOf(used, 'environment uses them', 'environments use them')}: new tasks there are refused from now on. Tasks that run go on, and cannot push.`}
      </Text>
      <ul className={classes.needs}>
        {repositories.slice(0, named).map(({ id, name }) => (
          <li key={id}>{name}</li>
        ))}
        {rest > 0 && <li>and {rest} more</li>}
      </ul>
    </ConfirmDialog>
  );
}
