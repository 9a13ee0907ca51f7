import { Switch, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { PersonPicker } from './PersonPicker.tsx';
import { isReason, ReasonField } from './ReasonField.tsx';

/** Whom, what that takes, why, and the address typed. */
export function EraseContent({ onClose }: { onClose: () => void }) {
  const [memberId, setMemberId] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const [withAudit, setWithAudit] = useState(false);
  const preview = useQuery(
    api.compliance.previewErasure.queryOptions({ input: { memberId: memberId ?? '' }, enabled: memberId !== null }),
  );
  const erase = useMutation(
    api.compliance.eraseContent.mutationOptions({
      onSuccess: () => {
        showDone('The erasure has begun. It goes on when you leave this page.');
        onClose();
      },
    }),
  );
  const found = memberId === null ? undefined : preview.data;
  const typed = found && (/<(.+)>$/.exec(found.person.label)?.[1] ?? found.person.label);
  return (
    <ConfirmDialog
      isOpen
      size="lg"
      title="Erase the content of a person"
      confirmLabel="Erase content"
      isDestructive
      typeToConfirm={found && !found.isHeld ? typed : undefined}
      isBusy={erase.isPending}
      isReady={found !== undefined && !found.isHeld && isReason(reason)}
      onClose={onClose}
      onConfirm={() => memberId !== null && erase.mutate({ memberId, reason: reason.trim(), withAudit })}
    >
      {erase.error && <FailureNotice what="Nothing was erased" error={erase.error} />}
      <PersonPicker value={memberId} onChange={setMemberId} />
      {preview.error && <FailureNotice what="What would go could not be counted" error={preview.error} />}
      {found?.isHeld && (
        <Notice tone="bad" title={`${found.person.label} is on legal hold`}>
          <p>Nothing of theirs may be erased. Have the hold lifted first.</p>
        </Notice>
      )}
      {found && !found.isHeld && (
        <>
          <Text>
            {countOf(found.contents, 'text')} of theirs (prompts, answers, arguments, output) and{' '}
            {countOf(found.tasks, 'hosted task')} with everything in them will be deleted. Of{' '}
            {countOf(found.files, 'sealed log file')}, those with lines of theirs are replaced by files in which each
            such line is a tombstone; the keys of the old files are destroyed. Figures of use and{' '}
            {countOf(found.auditEntries, 'audit entry', 'audit entries')} stay. This cannot be undone.
          </Text>
          {found.pushedTo.length > 0 && (
            <Notice tone="warn" title={`Content went to ${found.pushedTo.join(', ')}`}>
              <p>What was sent there has to be erased there. The tombstones are not pushed.</p>
            </Notice>
          )}
          <Switch
            label="Also name and address in the audit log and its files"
            description="Also where environments, runners and git servers say who made them. The entries stay and their chain stays valid; who it was can no longer be read."
            checked={withAudit}
            onChange={(event) => setWithAudit(event.currentTarget.checked)}
          />
          <ReasonField value={reason} onChange={setReason} />
        </>
      )}
    </ConfirmDialog>
  );
}
