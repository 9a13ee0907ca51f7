import { Input, Select, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { GroupPicker } from '#console/directory/GroupPicker.tsx';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { BundleDetails } from '../bundle-details.ts';
import { versionOfOption, versionOptions } from './version-options.ts';

interface SubscribeProps {
  details: BundleDetails;
  versions: number[];
  onClose: () => void;
}

/** Says how many members are offered what before it is done. */
export function Subscribe({ details: { bundle, subscriptions }, versions, onClose }: SubscribeProps) {
  const [groupId, setGroupId] = useState<string>();
  const [version, setVersion] = useState<number | null>(null);
  const group = useQuery(
    api.directory.groups.get.queryOptions({ input: { id: groupId ?? '' }, enabled: groupId !== undefined }),
  );
  const isSubscribed = subscriptions.some((one) => one.groupId === groupId);
  const subscribe = useMutation(
    api.teamConfig.subscribe.mutationOptions({
      onSuccess: () => {
        showDone(`${group.data?.name ?? 'The group'} subscribes to ${bundle.name} now.`);
        onClose();
      },
    }),
  );
  const offered = version ?? bundle.newest?.number ?? 1;
  return (
    <ConfirmDialog
      isOpen
      title={`Add a group to ${bundle.name}`}
      confirmLabel="Add group"
      isReady={groupId !== undefined && !isSubscribed}
      isBusy={subscribe.isPending}
      onClose={onClose}
      onConfirm={() => groupId && subscribe.mutate({ id: bundle.id, groupId, version })}
    >
      <Stack gap="md">
        {subscribe.error && <FailureNotice what="The group was not added" error={subscribe.error} />}
        <div>
          <Input.Label component="span">Group</Input.Label>
          <GroupPicker label="Group" placeholder="Choose a group" value={groupId} onChange={setGroupId} isWide />
        </div>
        <Select
          label="Version"
          allowDeselect={false}
          value={version === null ? '' : String(version)}
          onChange={(value) => setVersion(versionOfOption(value))}
          data={versionOptions(versions)}
        />
        {isSubscribed ? (
          <p>This group subscribes already. Change its version in the list.</p>
        ) : (
          group.data && (
            <p role="status">
              {countOf(group.data.memberCount, 'member is', 'members are')} offered version {offered} under Connect a
              client. Nothing changes on their machines before they take it in.
            </p>
          )
        )}
      </Stack>
    </ConfirmDialog>
  );
}
