import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Policy } from '#contract/policies.ts';
import type { PolicyVersion } from '#contract/policy-documents.ts';

interface RestoreVersionProps {
  policy: Policy;
  version: z.infer<typeof PolicyVersion>;
  onClose: () => void;
}

export function RestoreVersion({ policy, version, onClose }: RestoreVersionProps) {
  const queries = useQueryClient();
  const navigate = useNavigate({ from: '/policies/$id' });
  const restore = useMutation(
    api.policies.versions.restore.mutationOptions({
      onSuccess: async (answer) => {
        queries.setQueryData(api.policies.get.queryKey({ input: { id: policy.id } }), answer);
        showDone(`Version ${version.revision} is the draft now. Publish it to give it to members.`);
        onClose();
        await navigate({ search: { tab: 'versions', before: policy.revision, after: 'draft' } });
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Restore version ${version.revision} as draft?`}
      confirmLabel="Restore as draft"
      isDestructive={policy.draft !== null}
      isBusy={restore.isPending}
      onClose={onClose}
      onConfirm={() =>
        restore.mutate({ id: policy.id, revision: version.revision, expectedDraft: policy.draft?.version ?? null })
      }
    >
      {restore.error && <FailureNotice what="The version was not brought back" error={restore.error} />}
      <p>
        Its text, tests and settings become the draft. Members keep version {policy.revision} until the draft is
        published.
      </p>
      {policy.draft && (
        <p>
          It replaces the draft that {shortName(policy.draft.updatedBy)} saved; the audit log keeps the text of that.
        </p>
      )}
    </ConfirmDialog>
  );
}
