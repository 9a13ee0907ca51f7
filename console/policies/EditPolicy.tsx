import { Box, Button, Stack, Text } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { TomlDiff } from '#console/ui/TomlDiff.tsx';
import type { Policy } from '#contract/policies.ts';
import { type PolicyDraft, PolicyEditor } from './PolicyEditor.tsx';

/** A draft outlives reloads and an expired sign-in; `revision` tells whether the policy moved on meanwhile. */
interface KeptDraft extends PolicyDraft {
  revision: number;
}

export function EditPolicy({ policy }: { policy: Policy }) {
  const mayWrite = useCan('policies.write');
  const saved: KeptDraft = { name: policy.name, contents: policy.contents, revision: policy.revision };
  const [kept, setKept, forget] = useSessionStorage<KeptDraft | undefined>({
    key: `reeve-policy-${policy.id}`,
    defaultValue: undefined,
    getInitialValueInEffect: false,
  });
  const [isConfirming, setConfirming] = useState(false);
  const draft = kept ?? saved;
  const isChanged = draft.name !== saved.name || draft.contents !== saved.contents;
  const isBehind = isChanged && draft.revision !== policy.revision;
  const update = useMutation(
    api.policies.update.mutationOptions({
      onSuccess: ({ name, revision }) => {
        forget();
        showDone(`${name} is saved as revision ${revision}.`);
      },
      onSettled: () => setConfirming(false),
    }),
  );
  const save = () =>
    update.mutate({ id: policy.id, expectedRevision: draft.revision, name: draft.name, contents: draft.contents });
  return (
    <>
      {isBehind && (
        <Box mb="lg">
          <Notice
            tone="warn"
            title="Somebody changed this policy meanwhile"
            actions={
              <>
                <Button size="xs" variant="default" onClick={() => forget()}>
                  Discard my changes
                </Button>
                <Button size="xs" variant="default" onClick={() => setKept({ ...draft, revision: policy.revision })}>
                  Keep mine and replace theirs
                </Button>
              </>
            }
          >
            <p>
              You edited revision {draft.revision}; the policy is at revision {policy.revision} now.
            </p>
          </Notice>
        </Box>
      )}
      <PolicyEditor
        draft={draft}
        onDraft={(next) => setKept({ ...next, revision: draft.revision })}
        isReadOnly={!mayWrite}
        onSave={() => setConfirming(true)}
        saveLabel="Review and save"
        isSaving={update.isPending}
        canSave={isChanged && !isBehind}
        error={update.error}
        secondary={
          isChanged && (
            <Button
              variant="default"
              onClick={() => {
                update.reset();
                forget();
              }}
            >
              Discard changes
            </Button>
          )
        }
      />
      <ConfirmDialog
        isOpen={isConfirming}
        size="lg"
        title={`Save ${draft.name}?`}
        confirmLabel="Save policy"
        isBusy={update.isPending}
        onClose={() => setConfirming(false)}
        onConfirm={save}
      >
        <Stack gap="md">
          <TomlDiff label="Changes" before={policy.contents} after={draft.contents} />
          <Text>
            {policy.memberCount === 0
              ? 'It applies to nobody now, so nothing changes for anyone.'
              : `${countOf(policy.memberCount, 'member gets', 'members get')} this document at the next start of their client. Clients that run now keep the old one until they restart or the grace in Settings ends.`}
          </Text>
        </Stack>
      </ConfirmDialog>
    </>
  );
}
