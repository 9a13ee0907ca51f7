import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { BundleVersion } from '#contract/team-config-bundles.ts';
import type { BundleDetails } from '../bundle-details.ts';

interface RestoreVersionProps {
  details: BundleDetails;
  version: BundleVersion;
  onClose: () => void;
}

export function RestoreVersion({ details: { bundle }, version, onClose }: RestoreVersionProps) {
  const navigate = useNavigate({ from: '/team-config/$id' });
  const restore = useMutation(
    api.teamConfig.restore.mutationOptions({
      onSuccess: async () => {
        showDone(`Version ${version.number} is the draft now. Publish it to give it to groups.`);
        onClose();
        await navigate({ search: { tab: 'versions', version: bundle.newest?.number, against: 'draft' } });
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Restore version ${version.number} as draft?`}
      confirmLabel="Restore as draft"
      isDestructive={bundle.draftVersion !== null}
      isBusy={restore.isPending}
      onClose={onClose}
      onConfirm={() => restore.mutate({ id: bundle.id, number: version.number, expectedDraft: bundle.draftVersion })}
    >
      {restore.error && <FailureNotice what="The version was not brought back" error={restore.error} />}
      <p>Its files become the draft. Groups keep version {bundle.newest?.number} until the draft is published.</p>
      {bundle.draftVersion !== null && (
        <p>It replaces the draft that {bundle.draftAuthors.map(shortName).join(', ')} wrote. That cannot be undone.</p>
      )}
    </ConfirmDialog>
  );
}
