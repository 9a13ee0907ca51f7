import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { Environment } from '#contract/environments.ts';
import classes from '../Environments.module.css';
import { sayShared } from '../environment-words.ts';

interface DeleteEnvironmentProps {
  environment: Environment;
  onDeleted: () => void;
  onClose: () => void;
}

/** Says what stops and what stays, and asks for the name. */
export function DeleteEnvironment({ environment, onDeleted, onClose }: DeleteEnvironmentProps) {
  const { id, label, secrets, sharing, taskCount } = environment;
  const navigate = useNavigate();
  const remove = useMutation(
    api.environments.remove.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: async () => {
        onDeleted();
        showDone(`${label} was deleted.`);
        await navigate({ to: paths.environments });
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Delete ${label}?`}
      confirmLabel="Delete environment"
      typeToConfirm={label}
      isDestructive
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ id })}
    >
      {remove.error && <FailureNotice what="The environment was not deleted" error={remove.error} />}
      <ul className={classes.bullets}>
        <li>Tasks that run or wait in it are cancelled.</li>
        <li>
          {taskCount === 0
            ? 'No task was given in it.'
            : `${countOf(taskCount, 'task')} with logs and changes stay; nobody can go on with them here.`}
        </li>
        {sharing !== 'private' && <li>{sayShared(environment)}: nobody can use it any more.</li>}
        <li>
          {secrets.length === 0 ? 'What' : `${countOf(secrets.length, 'secret')} and what`} is kept of it is gone. This
          cannot be undone.
        </li>
      </ul>
    </ConfirmDialog>
  );
}
