import { Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { ImpactSummary } from '#console/policies/ImpactSummary.tsx';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Group } from '#contract/directory.ts';

interface DeleteGroupProps {
  group: Group;
  isOpen: boolean;
  onClose: () => void;
}

/** Whose policy changes is asked for and shown before the button works. */
export function DeleteGroup({ group: { id, name, memberCount }, isOpen, onClose }: DeleteGroupProps) {
  const navigate = useNavigate();
  const preview = useQuery(
    api.directory.groups.previewRemoval.queryOptions({ input: { id }, enabled: isOpen, staleTime: 0 }),
  );
  const remove = useMutation(
    api.directory.groups.remove.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: async () => {
        showDone(`${name} was deleted.`);
        await navigate({ to: paths.groups });
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen={isOpen}
      title={`Delete ${name}?`}
      confirmLabel="Delete group"
      typeToConfirm={name}
      isDestructive
      isBusy={remove.isPending}
      isReady={preview.isSuccess}
      onClose={onClose}
      onConfirm={() => remove.mutate({ id })}
    >
      {remove.error && <FailureNotice what="The group was not deleted" error={remove.error} />}
      <Stack gap="sm">
        <Text>
          {countOf(memberCount, 'person leaves the group and loses', 'people leave the group and lose')} the roles it
          gave at their next request. This cannot be undone.
        </Text>
        <Loaded query={preview} what="What this would change could not be counted" skeleton={<RowSkeletons />}>
          {({ isInOrder, policyName, policyImpact }) =>
            isInOrder ? (
              <>
                <Text>
                  The group has a place in the order of policies, with <strong>{policyName}</strong>. The place goes,
                  too.
                </Text>
                <ImpactSummary impact={policyImpact} />
              </>
            ) : (
              <Text>It has no place in the order of policies, so nobody gets another policy.</Text>
            )
          }
        </Loaded>
      </Stack>
    </ConfirmDialog>
  );
}
