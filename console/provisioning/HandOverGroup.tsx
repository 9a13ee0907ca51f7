import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { GroupPicker } from '#console/sso/GroupPicker.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Section } from '#console/ui/Section.tsx';

/** The way out when the provider sends a group of a name that people here have used already. */
export function HandOverGroup() {
  const [isAsked, setAsked] = useState(false);
  const [groupId, setGroupId] = useState('');
  const close = () => {
    setAsked(false);
    setGroupId('');
  };
  const handOver = useMutation(
    api.provisioning.handOverGroup.mutationOptions({
      onSuccess: () => {
        showDone('The group is looked after by SCIM now.');
        close();
      },
    }),
  );
  return (
    <Section
      title="Groups made by hand"
      description="The provider is refused when it sends a group whose name one made here has already. Hand that group over to let it."
    >
      <Button variant="default" onClick={() => setAsked(true)}>
        Hand a group over
      </Button>
      <ConfirmDialog
        isOpen={isAsked}
        title="Hand a group over to the provider?"
        confirmLabel="Hand group over"
        isReady={groupId !== ''}
        isBusy={handOver.isPending}
        onClose={close}
        onConfirm={() => handOver.mutate({ id: groupId })}
      >
        <Stack gap="md">
          {handOver.error && <FailureNotice what="The group stays as it is" error={handOver.error} />}
          <GroupPicker label="Group" value={groupId} onChange={setGroupId} isReadOnly={false} />
          <Text>
            It keeps its roles and policies. From then on the provider decides who is in it, and nobody changes that
            here: people it does not send leave the group at its next sync.
          </Text>
        </Stack>
      </ConfirmDialog>
    </Section>
  );
}
