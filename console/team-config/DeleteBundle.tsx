import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { BundleDetails } from './bundle-details.ts';
import classes from './TeamConfig.module.css';

/** Says what stops working and what stays, and asks for the name. */
export function DeleteBundle({ details, onClose }: { details: BundleDetails; onClose: () => void }) {
  const { bundle, subscriptions } = details;
  const navigate = useNavigate();
  const remove = useMutation(
    api.teamConfig.delete.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: async () => {
        showDone(`${bundle.name} was deleted.`);
        await navigate({ to: paths.teamConfig });
      },
    }),
  );
  const groups = subscriptions.map(({ groupName }) => groupName).join(', ');
  return (
    <ConfirmDialog
      isOpen
      title={`Delete ${bundle.name}?`}
      confirmLabel="Delete bundle"
      typeToConfirm={bundle.name}
      isDestructive
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ id: bundle.id })}
    >
      {remove.error && <FailureNotice what="The bundle was not deleted" error={remove.error} />}
      <ul className={classes.bullets}>
        <li>
          Its download and its Git repository stop answering: clones and scripts that fetch <code>{bundle.slug}</code>{' '}
          fail from now on.
        </li>
        <li>{groups === '' ? 'No group subscribes to it.' : `${groups} no longer get it.`}</li>
        <li>
          {bundle.repositories === 0
            ? 'No repository has reported that it has it.'
            : `${countOf(bundle.repositories, 'repository keeps', 'repositories keep')} the files that they have; no newer version comes.`}
        </li>
        <li>Its versions and its draft are gone. This cannot be undone.</li>
      </ul>
    </ConfirmDialog>
  );
}
